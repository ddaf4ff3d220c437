/**
 * Constants of `linux/netlink.h`: messages between programs and the kernel.
 *
 * @module
 * @see Linux include/uapi/linux/netlink.h
 */

/** Families of netlink(7) sockets. */
export const NETLINK = {
  NETLINK_ROUTE: 0,
  NETLINK_NETFILTER: 12,
} as const;

/** Flags of a message. */
export const NLM_F = {
  NLM_F_REQUEST: 0x1,
  NLM_F_MULTI: 0x2,
  NLM_F_ACK: 0x4,
  NLM_F_DUMP_INTR: 0x10,
  NLM_F_ROOT: 0x100,
  NLM_F_MATCH: 0x200,
  NLM_F_DUMP: 0x300,
  NLM_F_REPLACE: 0x100,
  NLM_F_EXCL: 0x200,
  NLM_F_CREATE: 0x400,
  NLM_F_APPEND: 0x800,
  NLM_F_CAPPED: 0x100,
  NLM_F_ACK_TLVS: 0x200,
} as const;

/** Types of messages that every family has. */
export const NLMSG = {
  NLMSG_NOOP: 1,
  NLMSG_ERROR: 2,
  NLMSG_DONE: 3,
  NLMSG_OVERRUN: 4,
  NLMSG_MIN_TYPE: 16,
} as const;

/** What an extended acknowledgement tells. */
export const NLMSGERR_ATTR = {
  NLMSGERR_ATTR_MSG: 1,
  NLMSGERR_ATTR_OFFS: 2,
  NLMSGERR_ATTR_COOKIE: 3,
  NLMSGERR_ATTR_POLICY: 4,
  NLMSGERR_ATTR_MISS_TYPE: 5,
  NLMSGERR_ATTR_MISS_NEST: 6,
} as const;

/** Options of a socket, of level `SOL_NETLINK`. */
export const NETLINK_OPTION = {
  NETLINK_CAP_ACK: 10,
  NETLINK_EXT_ACK: 11,
  NETLINK_GET_STRICT_CHK: 12,
} as const;

/** Bits of an attribute's type. */
export const NLA = {
  NLA_F_NESTED: 0x8000,
  NLA_F_NET_BYTEORDER: 0x4000,
} as const;
