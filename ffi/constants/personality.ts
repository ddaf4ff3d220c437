/**
 * Constants of `linux/personality.h`.
 *
 * @module
 * @see Linux include/uapi/linux/personality.h
 */

/** Execution domains and flags of personality(2). */
export const PERSONALITY = {
  PER_LINUX: 0x0,
  PER_LINUX32: 0x8,
  UNAME26: 0x20000,
} as const;
