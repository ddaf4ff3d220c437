/**
 * Constants of `linux/netfilter/nfnetlink.h`: messages of the packet filter.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nfnetlink.h
 */

/** Messages that open and close a batch. */
export const NFNL_MSG = {
  NFNL_MSG_BATCH_BEGIN: 0x10,
  NFNL_MSG_BATCH_END: 0x11,
} as const;

/** Subsystems, the high byte of a message's type. */
export const NFNL_SUBSYS = {
  NFNL_SUBSYS_CTNETLINK: 1,
  NFNL_SUBSYS_NFTABLES: 10,
} as const;

/** The version of every header. */
export const NFNETLINK = {
  NFNETLINK_V0: 0,
} as const;
