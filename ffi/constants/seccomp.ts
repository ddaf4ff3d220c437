/**
 * Constants of `linux/seccomp.h`.
 *
 * @module
 * @see Linux include/uapi/linux/seccomp.h
 */

/** Operations of seccomp(2). */
export const SECCOMP = {
  SECCOMP_SET_MODE_STRICT: 0,
  SECCOMP_SET_MODE_FILTER: 1,
  SECCOMP_GET_ACTION_AVAIL: 2,
} as const;
