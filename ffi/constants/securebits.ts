/**
 * Constants of `linux/securebits.h`.
 *
 * @module
 * @see Linux include/uapi/linux/securebits.h
 */

/** What `PR_SET_SECUREBITS` sets. */
export const SECUREBITS = { SECBIT_NO_SETUID_FIXUP: 0x4 } as const;
