/**
 * Constants of `linux/netfilter/nfnetlink_conntrack.h`: messages about connections that the kernel follows.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nfnetlink_conntrack.h
 */

/** Messages, the low byte of their types. */
export const IPCTNL_MSG = {
  IPCTNL_MSG_CT_NEW: 0,
  IPCTNL_MSG_CT_GET: 1,
  IPCTNL_MSG_CT_DELETE: 2,
} as const;

/** Attributes of a connection. */
export const CTA = {
  CTA_TUPLE_ORIG: 1,
  CTA_TUPLE_REPLY: 2,
  CTA_ID: 12,
  CTA_ZONE: 18,
  CTA_FILTER: 25,
} as const;

/** Attributes of one direction. */
export const CTA_TUPLE = {
  CTA_TUPLE_IP: 1,
  CTA_TUPLE_PROTO: 2,
  CTA_TUPLE_ZONE: 3,
} as const;

/** Attributes of its addresses. */
export const CTA_IP = {
  CTA_IP_V4_SRC: 1,
  CTA_IP_V4_DST: 2,
  CTA_IP_V6_SRC: 3,
  CTA_IP_V6_DST: 4,
} as const;

/** Attributes of its ports. */
export const CTA_PROTO = {
  CTA_PROTO_NUM: 1,
  CTA_PROTO_SRC_PORT: 2,
  CTA_PROTO_DST_PORT: 3,
} as const;

/** Which of a direction's attributes a list is limited to. */
export const CTA_FILTER_TUPLE = {
  CTA_FILTER_ORIG_FLAGS: 1,
  CTA_FILTER_REPLY_FLAGS: 2,
} as const;
