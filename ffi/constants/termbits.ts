/**
 * Constants of `asm-generic/termbits.h`: the flags of a terminal line.
 *
 * @module
 * @see Linux include/uapi/asm-generic/termbits.h, termios(3)
 */

/** Bits of `c_iflag`, `c_oflag`, `c_cflag` and `c_lflag`, and two indices of `c_cc`. */
export const TERMBITS = {
  IGNBRK: 0x1,
  BRKINT: 0x2,
  PARMRK: 0x8,
  ISTRIP: 0x20,
  INLCR: 0x40,
  IGNCR: 0x80,
  ICRNL: 0x100,
  IXON: 0x400,
  OPOST: 0x1,
  CSIZE: 0x30,
  CS8: 0x30,
  PARENB: 0x100,
  ISIG: 0x1,
  ICANON: 0x2,
  ECHO: 0x8,
  ECHONL: 0x40,
  IEXTEN: 0x8000,
  VTIME: 5,
  VMIN: 6,
} as const;
