/**
 * Requests about the connections that the kernel follows, and their answers.
 * Pure; `NetlinkSocket` sends them.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nfnetlink_conntrack.h
 */
import {
  CTA,
  CTA_FILTER_TUPLE,
  CTA_IP,
  CTA_PROTO,
  CTA_TUPLE,
  IPCTNL_MSG,
} from "../../../ffi/constants/nfnetlink_conntrack.ts";
import { NFNL_SUBSYS } from "../../../ffi/constants/nfnetlink.ts";
import {
  addressBytes,
  addressFromBytes,
  type IpAddress,
  type IpVersion,
} from "../ip_address.ts";
import {
  attribute,
  type Attributes,
  nested,
  readAttributes,
  readNested,
} from "../netlink/attribute.ts";
import { be16, concat, u32, u8, viewOf } from "../netlink/bytes.ts";
import type { NetlinkMessage, NetlinkRequest } from "../netlink/message.ts";
import { NF_FAMILIES } from "../nftables/match.ts";
import { netfilterHeader } from "../nftables/netfilter_header.ts";

/** `sizeof(struct nfgenmsg)`. */
const HEADER_BYTES = 4;

/** Packets of a connection that go the same way. */
export interface Direction {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  /** As the header of IP has it: 17 is UDP. */
  readonly protocol: number;
  /** 0 of protocols that have no ports. */
  readonly destinationPort: number;
}

/** A connection that the kernel follows. */
export interface Connection {
  /** As its first packet was. */
  readonly original: Direction;
  /** As answers are, before what was replaced is put back. */
  readonly reply: Direction;
  /** What the kernel knows it by. */
  readonly identity: Uint8Array;
}

/** Which connections are asked for. */
export interface ConnectionFilter {
  readonly version: IpVersion;
  readonly direction: "original" | "reply";
  /**
   * Where packets of that direction come from. Of IPv6, the kernel (6.18)
   * lists those that come from elsewhere, so it is not told.
   */
  readonly source?: IpAddress;
  readonly protocol?: number;
  /** Only with a protocol. */
  readonly destinationPort?: number;
}

/**
 * Bits of `CTA_FILTER_ORIG_FLAGS`, which no header for programs has.
 *
 * @see Linux net/netfilter/nf_internals.h
 */
const COMPARED = { source: 0x1, protocol: 0x8, destinationPort: 0x20 } as const;

function request(
  what: string,
  message: number,
  version: IpVersion,
  ...attributes: readonly Uint8Array[]
): NetlinkRequest {
  return {
    what,
    type: (NFNL_SUBSYS.NFNL_SUBSYS_CTNETLINK << 8) | message,
    flags: 0,
    body: concat(netfilterHeader(NF_FAMILIES[version], 0), ...attributes),
  };
}

/**
 * Asks for connections: `readConnection()` reads each. The kernel may list
 * more than those: before 5.8, all.
 */
export function listConnections(filter: ConnectionFilter): NetlinkRequest {
  const { version, direction, protocol, destinationPort } = filter;
  const source = version === 4 ? filter.source : undefined;
  const isOriginal = direction === "original";
  const compared = (source === undefined ? 0 : COMPARED.source) |
    (protocol === undefined ? 0 : COMPARED.protocol) |
    (destinationPort === undefined ? 0 : COMPARED.destinationPort);
  const { CTA_IP_V4_SRC } = CTA_IP;
  return request(
    "list connections",
    IPCTNL_MSG.IPCTNL_MSG_CT_GET,
    version,
    nested(
      isOriginal ? CTA.CTA_TUPLE_ORIG : CTA.CTA_TUPLE_REPLY,
      ...(source === undefined ? [] : [
        nested(
          CTA_TUPLE.CTA_TUPLE_IP,
          attribute(CTA_IP_V4_SRC, addressBytes(source)),
        ),
      ]),
      ...(protocol === undefined ? [] : [
        nested(
          CTA_TUPLE.CTA_TUPLE_PROTO,
          attribute(CTA_PROTO.CTA_PROTO_NUM, u8(protocol)),
          ...(destinationPort === undefined ? [] : [
            attribute(CTA_PROTO.CTA_PROTO_DST_PORT, be16(destinationPort)),
          ]),
        ),
      ]),
    ),
    nested(
      CTA.CTA_FILTER,
      attribute(
        isOriginal
          ? CTA_FILTER_TUPLE.CTA_FILTER_ORIG_FLAGS
          : CTA_FILTER_TUPLE.CTA_FILTER_REPLY_FLAGS,
        u32(compared),
      ),
    ),
  );
}

/** Has the kernel forget a connection; `ENOENT` if it has ended. */
export function removeConnection(
  { identity, original }: Connection,
): NetlinkRequest {
  return request(
    "forget a connection",
    IPCTNL_MSG.IPCTNL_MSG_CT_DELETE,
    original.source.version,
    identity,
  );
}

/** What tells a connection from another one on the same ports later. */
const IDENTITY = [CTA.CTA_TUPLE_ORIG, CTA.CTA_ZONE, CTA.CTA_ID] as const;

/**
 * Reads a message of type `IPCTNL_MSG_CT_NEW`.
 *
 * @returns `undefined` for one that is not of IP.
 */
export function readConnection(
  { body }: Pick<NetlinkMessage, "body">,
): Connection | undefined {
  const attributes = readAttributes(body.subarray(HEADER_BYTES));
  const original = readDirection(readNested(attributes, CTA.CTA_TUPLE_ORIG));
  const reply = readDirection(readNested(attributes, CTA.CTA_TUPLE_REPLY));
  if (original === undefined || reply === undefined) return undefined;
  const identity = IDENTITY.flatMap((type) => {
    const payload = attributes.get(type);
    if (payload === undefined) return [];
    const isNested = type === CTA.CTA_TUPLE_ORIG;
    return [isNested ? nested(type, payload) : attribute(type, payload)];
  });
  return { original, reply, identity: concat(...identity) };
}

function readDirection(tuple: Attributes): Direction | undefined {
  const ip = readNested(tuple, CTA_TUPLE.CTA_TUPLE_IP);
  const service = readNested(tuple, CTA_TUPLE.CTA_TUPLE_PROTO);
  const source = ip.get(CTA_IP.CTA_IP_V4_SRC) ?? ip.get(CTA_IP.CTA_IP_V6_SRC);
  const destination = ip.get(CTA_IP.CTA_IP_V4_DST) ??
    ip.get(CTA_IP.CTA_IP_V6_DST);
  if (source === undefined || destination === undefined) return undefined;
  const port = service.get(CTA_PROTO.CTA_PROTO_DST_PORT);
  return {
    source: addressFromBytes(source),
    destination: addressFromBytes(destination),
    protocol: service.get(CTA_PROTO.CTA_PROTO_NUM)?.[0] ?? 0,
    destinationPort: port === undefined ? 0 : viewOf(port).getUint16(0),
  };
}
