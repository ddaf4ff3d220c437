/**
 * Constants of `asm-generic/resource.h`: what prlimit(2) takes.
 *
 * @module
 * @see Linux include/uapi/asm-generic/resource.h
 */

/** Number of each resource limit. */
export const RLIMIT = {
  RLIMIT_CPU: 0,
  RLIMIT_FSIZE: 1,
  RLIMIT_DATA: 2,
  RLIMIT_STACK: 3,
  RLIMIT_CORE: 4,
  RLIMIT_RSS: 5,
  RLIMIT_NPROC: 6,
  RLIMIT_NOFILE: 7,
  RLIMIT_MEMLOCK: 8,
  RLIMIT_AS: 9,
  RLIMIT_LOCKS: 10,
  RLIMIT_SIGPENDING: 11,
  RLIMIT_MSGQUEUE: 12,
  RLIMIT_NICE: 13,
  RLIMIT_RTPRIO: 14,
  RLIMIT_RTTIME: 15,
} as const;

/** A resource limit, such as `RLIMIT_NOFILE`. */
export type RlimitName = keyof typeof RLIMIT;

/** `RLIM_INFINITY`. */
export const RLIM_INFINITY = 0xffff_ffff_ffff_ffffn;
