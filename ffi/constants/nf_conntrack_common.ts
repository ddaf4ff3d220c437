/**
 * Constants of `linux/netfilter/nf_conntrack_common.h`: connections that the kernel follows.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nf_conntrack_common.h
 */

/** Bits of a packet's place in its connection. */
export const NF_CT_STATE = {
  NF_CT_STATE_INVALID_BIT: 0x1,
} as const;

/** A packet's place in its connection. */
export const IP_CT = {
  IP_CT_ESTABLISHED: 0,
  IP_CT_RELATED: 1,
  IP_CT_NEW: 2,
} as const;

/** Bits of a connection's status. */
export const IPS = {
  IPS_SRC_NAT: 0x10,
  IPS_DST_NAT: 0x20,
} as const;
