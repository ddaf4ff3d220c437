/**
 * Constants of `linux/if.h`: flags of network devices.
 *
 * @module
 * @see Linux include/uapi/linux/if.h
 */

/** Flags of a link. */
export const IFF = {
  IFF_UP: 0x1,
  IFF_BROADCAST: 0x2,
  IFF_LOOPBACK: 0x8,
  IFF_RUNNING: 0x40,
} as const;
