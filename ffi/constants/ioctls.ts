/**
 * Constants of `asm-generic/ioctls.h`: terminals. Both architectures agree.
 *
 * @module
 * @see Linux include/uapi/asm-generic/ioctls.h
 */

/** Requests of ioctl(2) on a terminal. */
export const IOCTLS = {
  TCGETS: 0x5401,
  TCSETS: 0x5402,
  TCSETSW: 0x5403,
  TIOCSCTTY: 0x540e,
  TIOCGWINSZ: 0x5413,
  TIOCSWINSZ: 0x5414,
  FIONREAD: 0x541b,
  TIOCSPTLCK: 0x40045431,
  TIOCVHANGUP: 0x5437,
  TIOCGPTPEER: 0x5441,
} as const;
