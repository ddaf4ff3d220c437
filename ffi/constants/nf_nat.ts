/**
 * Constants of `linux/netfilter/nf_nat.h`: translation of addresses.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nf_nat.h
 */

/** Flags of a translation. */
export const NF_NAT_RANGE = {
  NF_NAT_RANGE_MAP_IPS: 0x1,
  NF_NAT_RANGE_PROTO_SPECIFIED: 0x2,
  NF_NAT_RANGE_PROTO_RANDOM: 0x4,
  NF_NAT_RANGE_PERSISTENT: 0x8,
  NF_NAT_RANGE_PROTO_RANDOM_FULLY: 0x10,
} as const;
