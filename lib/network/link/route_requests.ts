/**
 * Requests about routes, and their answers. Pure.
 *
 * @module
 * @see rtnetlink(7); Linux include/uapi/linux/rtnetlink.h, `struct rtmsg`
 */
import { NLM_F } from "../../../ffi/constants/netlink.ts";
import {
  RT_SCOPE,
  RT_TABLE,
  RTA,
  RTM,
  RTN,
  RTPROT,
} from "../../../ffi/constants/rtnetlink.ts";
import {
  ADDRESS_BITS,
  addressBytes,
  addressFromBytes,
  formatIpAddress,
  type IpAddress,
} from "../ip_address.ts";
import { attribute, readAttributes } from "../netlink/attribute.ts";
import { concat, readU32, u32, u8 } from "../netlink/bytes.ts";
import type { NetlinkMessage, NetlinkRequest } from "../netlink/message.ts";
import { formatSubnet, type Subnet, subnetOf } from "../subnet.ts";
import { FAMILIES } from "./address_requests.ts";

/** `sizeof(struct rtmsg)`. */
const HEADER_BYTES = 12;

/** Where packets for a subnet go. */
export interface Route {
  readonly destination: Subnet;
  /** The next machine; absent if the destination is on the device's wire. */
  readonly gateway?: IpAddress;
  /** The device's number. */
  readonly device?: number;
  /** The lower, the better. */
  readonly metric?: number;
  /** The address to speak as. */
  readonly source?: IpAddress;
  /** `local` for the machine's own addresses, in a table of their own. */
  readonly kind?: "unicast" | "local";
}

/** Adds a route. */
export function addRoute(route: Route): NetlinkRequest {
  return aboutRoute(`add a route to`, route, {
    type: RTM.RTM_NEWROUTE,
    flags: NLM_F.NLM_F_CREATE | NLM_F.NLM_F_EXCL,
  });
}

/** Removes a route. */
export function removeRoute(route: Route): NetlinkRequest {
  const { RTM_DELROUTE: type } = RTM;
  return aboutRoute(`remove the route to`, route, { type, flags: 0 });
}

/** Adds the route that packets take for which there is no other. */
export function addDefaultRoute(
  gateway: IpAddress,
  device?: number,
): NetlinkRequest {
  const { version } = gateway;
  const destination: Subnet = { version, base: 0n, prefix: 0 };
  return addRoute({
    destination,
    gateway,
    ...(device === undefined ? {} : { device }),
  });
}

/** Worse than the kernel's own route to `::1`, which it must not replace. */
const LOOPBACK_METRIC = 4096;

/**
 * Lets answers to `::1` come back over a bridge. The kernel delivers them only
 * if a route to that address is the device's own. It does not help where
 * bridges are filtered (`br_netfilter`): there, they are dropped before.
 *
 * @param device The bridge's number; the route ends with the bridge.
 */
export function addLoopbackRoute(device: number): NetlinkRequest {
  const destination: Subnet = { version: 6, base: 1n, prefix: 128 };
  // No two routes to one address are equally good.
  const metric = LOOPBACK_METRIC + device;
  return addRoute({ destination, device, metric, kind: "local" });
}

function aboutRoute(
  verb: string,
  { destination, gateway, device, metric, source, kind = "unicast" }: Route,
  { type, flags }: Pick<NetlinkRequest, "type" | "flags">,
): NetlinkRequest {
  const { version, base, prefix } = destination;
  const isLocal = kind === "local";
  const header = [
    ...[FAMILIES[version], prefix, 0, 0],
    isLocal ? RT_TABLE.RT_TABLE_LOCAL : RT_TABLE.RT_TABLE_MAIN,
    RTPROT.RTPROT_STATIC,
    scopeOf(isLocal, gateway),
    isLocal ? RTN.RTN_LOCAL : RTN.RTN_UNICAST,
    ...[0, 0, 0, 0],
  ];
  const over = gateway === undefined ? "" : ` over ${formatIpAddress(gateway)}`;
  const addressed = (number: number, address?: IpAddress): Uint8Array[] =>
    address === undefined ? [] : [attribute(number, addressBytes(address))];
  const numbered = (number: number, value?: number): Uint8Array[] =>
    value === undefined ? [] : [attribute(number, u32(value))];
  return {
    what: `${verb} ${formatSubnet(destination)}${over}`,
    type,
    flags,
    body: concat(
      ...header.map(u8),
      ...addressed(
        RTA.RTA_DST,
        prefix === 0 ? undefined : { version, value: base },
      ),
      ...addressed(RTA.RTA_GATEWAY, gateway),
      ...addressed(RTA.RTA_PREFSRC, source),
      ...numbered(RTA.RTA_OIF, device),
      ...numbered(RTA.RTA_PRIORITY, metric),
    ),
  };
}

function scopeOf(isLocal: boolean, gateway: IpAddress | undefined): number {
  if (isLocal) return RT_SCOPE.RT_SCOPE_HOST;
  return gateway === undefined
    ? RT_SCOPE.RT_SCOPE_LINK
    : RT_SCOPE.RT_SCOPE_UNIVERSE;
}

/** Asks for all routes of all tables. */
export function listRoutes(): NetlinkRequest {
  return {
    what: "list routes",
    type: RTM.RTM_GETROUTE,
    flags: 0,
    body: new Uint8Array(HEADER_BYTES),
  };
}

/**
 * Reads a message of type `RTM_NEWROUTE`.
 *
 * @returns `undefined` for routes of other families than IP.
 */
export function readRoute(
  { body }: Pick<NetlinkMessage, "body">,
): Route | undefined {
  const [family, prefix = 0, , , , , , type] = body;
  const version = family === FAMILIES[4]
    ? 4
    : family === FAMILIES[6]
    ? 6
    : undefined;
  if (version === undefined) return undefined;
  const attributes = readAttributes(body.subarray(HEADER_BYTES));
  const address = (number: number): IpAddress | undefined => {
    const bytes = attributes.get(number);
    return bytes === undefined ? undefined : addressFromBytes(bytes);
  };
  const zero = addressFromBytes(new Uint8Array(ADDRESS_BITS[version] / 8));
  const [gateway, source] = [
    address(RTA.RTA_GATEWAY),
    address(RTA.RTA_PREFSRC),
  ];
  const device = attributes.get(RTA.RTA_OIF);
  const metric = attributes.get(RTA.RTA_PRIORITY);
  return {
    destination: subnetOf(address(RTA.RTA_DST) ?? zero, prefix),
    kind: type === RTN.RTN_LOCAL ? "local" : "unicast",
    ...(gateway === undefined ? {} : { gateway }),
    ...(source === undefined ? {} : { source }),
    ...(device === undefined ? {} : { device: readU32(device) }),
    ...(metric === undefined ? {} : { metric: readU32(metric) }),
  };
}
