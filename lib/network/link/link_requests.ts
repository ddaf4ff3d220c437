/**
 * Requests about network devices: make, change, find and remove them. Pure;
 * `NetlinkSocket` sends them.
 *
 * @module
 * @see rtnetlink(7); Linux include/uapi/linux/if_link.h
 */
import { IFF } from "../../../ffi/constants/if.ts";
import {
  IFLA,
  IFLA_BR,
  IFLA_BRPORT,
  IFLA_INET6,
  IFLA_INFO,
  IFLA_IPVLAN,
  IFLA_MACVLAN,
  IPVLAN_MODE,
  MACVLAN_MODE,
} from "../../../ffi/constants/if_link.ts";
import { NLM_F } from "../../../ffi/constants/netlink.ts";
import { RTM } from "../../../ffi/constants/rtnetlink.ts";
import { AF } from "../../../ffi/constants/socket.ts";
import { VETH_INFO } from "../../../ffi/constants/veth.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { attribute, nested } from "../netlink/attribute.ts";
import { concat, text, u16, u32, u8 } from "../netlink/bytes.ts";
import type { NetlinkRequest } from "../netlink/message.ts";

const NEW = NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL;
/** Addresses of a kind that the kernel makes up by itself: none. */
const IN6_ADDR_GEN_MODE_NONE = 1;

/** What a device may have besides its kind. */
export interface LinkSettings {
  readonly macAddress?: Uint8Array;
  readonly mtu?: number;
  /** The bridge it is a port of, by number. */
  readonly master?: number;
}

/** A device's header: which one, and whether it goes up or down. */
function linkHeader(index: number, flags: number, change: number): Uint8Array {
  return concat(
    ...[u8(AF.AF_UNSPEC), u8(0), u16(0)],
    ...[u32(index), u32(flags), u32(change)],
  );
}

function settingAttributes(settings: LinkSettings): Uint8Array[] {
  const { macAddress, mtu, master } = settings;
  return [
    ...(macAddress ? [attribute(IFLA.IFLA_ADDRESS, macAddress)] : []),
    ...(mtu === undefined ? [] : [attribute(IFLA.IFLA_MTU, u32(mtu))]),
    ...(master === undefined ? [] : [attribute(IFLA.IFLA_MASTER, u32(master))]),
  ];
}

function kind(name: string, ...content: readonly Uint8Array[]): Uint8Array {
  return nested(
    IFLA.IFLA_LINKINFO,
    attribute(IFLA_INFO.IFLA_INFO_KIND, text(name)),
    ...(content.length === 0
      ? []
      : [nested(IFLA_INFO.IFLA_INFO_DATA, ...content)]),
  );
}

function makeLink(
  what: string,
  attributes: readonly Uint8Array[],
): NetlinkRequest {
  const body = concat(linkHeader(0, 0, 0), ...attributes);
  return { what: `create ${what}`, type: RTM.RTM_NEWLINK, flags: NEW, body };
}

/** Makes a bridge. It is down, and forwards at once when it is up. */
export function createBridge(
  name: string,
  settings: LinkSettings = {},
): NetlinkRequest {
  return makeLink(`the bridge "${name}"`, [
    attribute(IFLA.IFLA_IFNAME, text(name)),
    ...settingAttributes(settings),
    kind("bridge", attribute(IFLA_BR.IFLA_BR_FORWARD_DELAY, u32(0))),
  ]);
}

/** One end of a pair in this namespace, the other in another. */
export interface VethPair {
  readonly name: string;
  readonly settings?: LinkSettings;
  readonly peer: {
    readonly name: string;
    readonly settings?: LinkSettings;
    /** The namespace it is born in; this one if absent. */
    readonly namespace?: Fd;
  };
}

/** Makes a pair of devices, both down. */
export function createVethPair(
  { name, settings = {}, peer }: VethPair,
): NetlinkRequest {
  const far = concat(
    linkHeader(0, 0, 0),
    attribute(IFLA.IFLA_IFNAME, text(peer.name)),
    ...settingAttributes(peer.settings ?? {}),
    ...inNamespace(peer.namespace),
  );
  return makeLink(`the device pair "${name}"`, [
    attribute(IFLA.IFLA_IFNAME, text(name)),
    ...settingAttributes(settings),
    kind("veth", attribute(VETH_INFO.VETH_INFO_PEER, far)),
  ]);
}

function inNamespace(namespace: Fd | undefined): Uint8Array[] {
  return namespace === undefined
    ? []
    : [attribute(IFLA.IFLA_NET_NS_FD, u32(namespace.number))];
}

/** A device on top of another one. */
export interface StackedLink {
  readonly name: string;
  /** The device below, by number. */
  readonly parent: number;
  readonly settings?: LinkSettings;
  /** The namespace it is born in; this one if absent. */
  readonly namespace?: Fd;
}

/** How devices on top of one share it. */
const MACVLAN_MODES = {
  private: MACVLAN_MODE.MACVLAN_MODE_PRIVATE,
  vepa: MACVLAN_MODE.MACVLAN_MODE_VEPA,
  bridge: MACVLAN_MODE.MACVLAN_MODE_BRIDGE,
  passthru: MACVLAN_MODE.MACVLAN_MODE_PASSTHRU,
} as const;

/** Modes of a macvlan device. */
export type MacvlanMode = keyof typeof MACVLAN_MODES;

const IPVLAN_MODES = {
  l2: IPVLAN_MODE.IPVLAN_MODE_L2,
  l3: IPVLAN_MODE.IPVLAN_MODE_L3,
  l3s: IPVLAN_MODE.IPVLAN_MODE_L3S,
} as const;

/** Modes of an ipvlan device. */
export type IpvlanMode = keyof typeof IPVLAN_MODES;

/** The names of all modes of macvlan. */
export const MACVLAN_MODE_NAMES = Object.keys(MACVLAN_MODES) as MacvlanMode[];

/** The names of all modes of ipvlan. */
export const IPVLAN_MODE_NAMES = Object.keys(IPVLAN_MODES) as IpvlanMode[];

/** Makes a device that has a hardware address of its own on its parent's wire. */
export function createMacvlan(
  link: StackedLink,
  mode: MacvlanMode = "bridge",
): NetlinkRequest {
  const data = attribute(
    IFLA_MACVLAN.IFLA_MACVLAN_MODE,
    u32(MACVLAN_MODES[mode]),
  );
  return makeStacked("macvlan", link, data);
}

/** Makes a device that shares its parent's hardware address. */
export function createIpvlan(
  link: StackedLink,
  mode: IpvlanMode = "l2",
): NetlinkRequest {
  const data = attribute(IFLA_IPVLAN.IFLA_IPVLAN_MODE, u16(IPVLAN_MODES[mode]));
  return makeStacked("ipvlan", link, data);
}

function makeStacked(
  type: "macvlan" | "ipvlan",
  { name, parent, settings = {}, namespace }: StackedLink,
  data: Uint8Array,
): NetlinkRequest {
  return makeLink(`the ${type} device "${name}"`, [
    attribute(IFLA.IFLA_IFNAME, text(name)),
    attribute(IFLA.IFLA_LINK, u32(parent)),
    ...settingAttributes(settings),
    ...inNamespace(namespace),
    kind(type, data),
  ]);
}

/** What can be changed of a device. */
export interface LinkChange extends LinkSettings {
  /** Only of one that is down, before Linux 6.4. */
  readonly name?: string;
  readonly state?: "up" | "down";
  /** Whether the kernel gives it an IPv6 address without being asked. */
  readonly linkLocal?: "none";
  /** What it is for; the kernel takes it of a device that is there only. */
  readonly alias?: string;
  /**
   * Whether a bridge sends packets back to the port they came from: to a
   * container by its own published port, where bridges are filtered.
   */
  readonly hairpin?: "on" | "off";
  /** Whether a bridge keeps packets of the port from others that have this. */
  readonly isolation?: "on" | "off";
}

/** Changes a device, in one step. */
export function changeLink(index: number, change: LinkChange): NetlinkRequest {
  const flags = change.state === "up" ? IFF.IFF_UP : 0;
  const mask = change.state === undefined ? 0 : IFF.IFF_UP;
  return {
    what: `change device ${index}`,
    type: RTM.RTM_NEWLINK,
    flags: 0,
    body: concat(
      linkHeader(index, flags, mask),
      ...(change.name === undefined
        ? []
        : [attribute(IFLA.IFLA_IFNAME, text(change.name))]),
      ...settingAttributes(change),
      ...(change.alias === undefined ? [] : [
        attribute(IFLA.IFLA_IFALIAS, new TextEncoder().encode(change.alias)),
      ]),
      ...portAttributes(change),
      ...(change.linkLocal === undefined ? [] : [noLinkLocal()]),
    ),
  };
}

/** What its bridge does with a port. */
function portAttributes({ hairpin, isolation }: LinkChange): Uint8Array[] {
  const { IFLA_BRPORT_MODE, IFLA_BRPORT_ISOLATED } = IFLA_BRPORT;
  const settings = [
    [IFLA_BRPORT_MODE, hairpin],
    [IFLA_BRPORT_ISOLATED, isolation],
  ] as const;
  const attributes = settings.flatMap(([type, state]) =>
    state === undefined ? [] : [attribute(type, u8(state === "on" ? 1 : 0))]
  );
  if (attributes.length === 0) return [];
  return [nested(
    IFLA.IFLA_LINKINFO,
    attribute(IFLA_INFO.IFLA_INFO_SLAVE_KIND, text("bridge")),
    nested(IFLA_INFO.IFLA_INFO_SLAVE_DATA, ...attributes),
  )];
}

function noLinkLocal(): Uint8Array {
  const mode = attribute(
    IFLA_INET6.IFLA_INET6_ADDR_GEN_MODE,
    u8(IN6_ADDR_GEN_MODE_NONE),
  );
  return nested(IFLA.IFLA_AF_SPEC, nested(AF.AF_INET6, mode));
}

/** Removes a device; of a pair, both. */
export function removeLink(name: string): NetlinkRequest {
  return aboutLink(`remove the device "${name}"`, RTM.RTM_DELLINK, name);
}

/** Asks for one device: `readLink()` reads the answer. */
export function findLink(name: string): NetlinkRequest {
  return aboutLink(`find the device "${name}"`, RTM.RTM_GETLINK, name);
}

function aboutLink(what: string, type: number, name: string): NetlinkRequest {
  const body = concat(
    linkHeader(0, 0, 0),
    attribute(IFLA.IFLA_IFNAME, text(name)),
  );
  return { what, type, flags: 0, body };
}

/** Asks for all devices. */
export function listLinks(): NetlinkRequest {
  return {
    what: "list network devices",
    type: RTM.RTM_GETLINK,
    flags: 0,
    body: linkHeader(0, 0, 0),
  };
}
