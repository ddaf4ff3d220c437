/**
 * Constants of `linux/sockios.h`.
 *
 * @module
 * @see Linux include/uapi/linux/sockios.h
 */

/** Requests of ioctl(2) on a socket. */
export const SOCKIOS = { SIOCSIFFLAGS: 0x8914 } as const;
