/**
 * Constants of `linux/futex.h`.
 *
 * @module
 * @see Linux include/uapi/linux/futex.h
 */

/** Operations of futex(2). */
export const FUTEX = { FUTEX_WAIT: 0 } as const;
