/**
 * Constants of `linux/prctl.h`.
 *
 * @module
 * @see Linux include/uapi/linux/prctl.h
 */

/** Operations of prctl(2). */
export const PRCTL = {
  PR_SET_PDEATHSIG: 1,
  PR_GET_DUMPABLE: 3,
  PR_SET_DUMPABLE: 4,
  PR_SET_KEEPCAPS: 8,
  PR_CAPBSET_READ: 23,
  PR_CAPBSET_DROP: 24,
  PR_GET_SECUREBITS: 27,
  PR_SET_SECUREBITS: 28,
  PR_SET_MM: 35,
  PR_SET_CHILD_SUBREAPER: 36,
  PR_SET_NO_NEW_PRIVS: 38,
  PR_CAP_AMBIENT: 47,
} as const;

/** Operations of `PR_CAP_AMBIENT`. */
export const AMBIENT = {
  PR_CAP_AMBIENT_RAISE: 2,
  PR_CAP_AMBIENT_CLEAR_ALL: 4,
} as const;

/** Operations of `PR_SET_MM`. */
export const SET_MM = {
  PR_SET_MM_ARG_END: 9,
} as const;
