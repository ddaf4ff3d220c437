/**
 * Constants of `linux/netfilter.h`: where packets are looked at, and what becomes of them.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter.h
 */

/** Verdicts on a packet. */
export const NF_VERDICT = {
  NF_DROP: 0,
  NF_ACCEPT: 1,
} as const;

/** Hooks of IP. */
export const NF_INET = {
  NF_INET_PRE_ROUTING: 0,
  NF_INET_LOCAL_IN: 1,
  NF_INET_FORWARD: 2,
  NF_INET_LOCAL_OUT: 3,
  NF_INET_POST_ROUTING: 4,
} as const;

/** Hooks of devices. */
export const NF_NETDEV = {
  NF_NETDEV_INGRESS: 0,
} as const;

/** Families of tables. */
export const NFPROTO = {
  NFPROTO_UNSPEC: 0,
  NFPROTO_INET: 1,
  NFPROTO_IPV4: 2,
  NFPROTO_NETDEV: 5,
  NFPROTO_BRIDGE: 7,
  NFPROTO_IPV6: 10,
} as const;
