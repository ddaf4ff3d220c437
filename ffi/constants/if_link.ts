/**
 * Constants of `linux/if_link.h`: attributes of network devices.
 *
 * @module
 * @see Linux include/uapi/linux/if_link.h
 */

/** Attributes of a link. */
export const IFLA = {
  IFLA_ADDRESS: 1,
  IFLA_BROADCAST: 2,
  IFLA_IFNAME: 3,
  IFLA_MTU: 4,
  IFLA_LINK: 5,
  IFLA_MASTER: 10,
  IFLA_OPERSTATE: 16,
  IFLA_LINKINFO: 18,
  IFLA_NET_NS_PID: 19,
  IFLA_IFALIAS: 20,
  IFLA_STATS64: 23,
  IFLA_AF_SPEC: 26,
  IFLA_GROUP: 27,
  IFLA_NET_NS_FD: 28,
  IFLA_EXT_MASK: 29,
  IFLA_LINK_NETNSID: 37,
  IFLA_ALT_IFNAME: 53,
} as const;

/** Attributes of a link's kind. */
export const IFLA_INFO = {
  IFLA_INFO_KIND: 1,
  IFLA_INFO_DATA: 2,
  IFLA_INFO_SLAVE_KIND: 4,
  IFLA_INFO_SLAVE_DATA: 5,
} as const;

/** Attributes of a bridge. */
export const IFLA_BR = {
  IFLA_BR_STP_STATE: 5,
  IFLA_BR_VLAN_FILTERING: 7,
  IFLA_BR_FORWARD_DELAY: 1,
} as const;

/** Attributes of a bridge's port. */
export const IFLA_BRPORT = {
  IFLA_BRPORT_MODE: 4,
  IFLA_BRPORT_ISOLATED: 33,
} as const;

/** Attributes of a macvlan device. */
export const IFLA_MACVLAN = {
  IFLA_MACVLAN_MODE: 1,
} as const;

/** Modes of a macvlan device. */
export const MACVLAN_MODE = {
  MACVLAN_MODE_PRIVATE: 1,
  MACVLAN_MODE_VEPA: 2,
  MACVLAN_MODE_BRIDGE: 4,
  MACVLAN_MODE_PASSTHRU: 8,
} as const;

/** Attributes of an ipvlan device. */
export const IFLA_IPVLAN = {
  IFLA_IPVLAN_MODE: 1,
  IFLA_IPVLAN_FLAGS: 2,
} as const;

/** Modes of an ipvlan device. */
export const IPVLAN_MODE = {
  IPVLAN_MODE_L2: 0,
  IPVLAN_MODE_L3: 1,
  IPVLAN_MODE_L3S: 2,
} as const;

/** Attributes of a link's IPv6. */
export const IFLA_INET6 = {
  IFLA_INET6_ADDR_GEN_MODE: 8,
} as const;
