/**
 * Constants of `linux/veth.h`: pairs of devices.
 *
 * @module
 * @see Linux include/uapi/linux/veth.h
 */

/** Attributes of a pair. */
export const VETH_INFO = {
  VETH_INFO_PEER: 1,
} as const;
