/**
 * What packets a rule is about, as nft(8) would say it. Each is a few
 * instructions: load, and compare. Pure.
 *
 * @module
 */
import { IP_CT, IPS } from "../../../ffi/constants/nf_conntrack_common.ts";
import {
  NFT_CT,
  NFT_META,
  NFT_PAYLOAD,
} from "../../../ffi/constants/nf_tables.ts";
import { NFPROTO } from "../../../ffi/constants/netfilter.ts";
import { RTN } from "../../../ffi/constants/rtnetlink.ts";
import { ADDRESS_BITS, addressBytes, type IpVersion } from "../ip_address.ts";
import { be16, text, u32, u8 } from "../netlink/bytes.ts";
import type { PortRange, Protocol } from "../port_publication.ts";
import { type Subnet, subnetOf } from "../subnet.ts";
import {
  type Expression,
  isBetween,
  isEqual,
  isNotEqual,
  loadConnection,
  loadDestinationType,
  loadMeta,
  loadPayload,
  loadSourceType,
  mask,
} from "./expression.ts";

/** `IFNAMSIZ`: names are compared whole, with the zeros after them. */
const DEVICE_NAME_BYTES = 16;

/** Numbers of protocols in the header of IP. */
export const PROTOCOL_NUMBERS: Readonly<Record<Protocol, number>> = {
  tcp: 6,
  udp: 17,
  sctp: 132,
};

/** The packet filter's number of a version of IP. */
export const NF_FAMILIES: Readonly<Record<IpVersion, number>> = {
  4: NFPROTO.NFPROTO_IPV4,
  6: NFPROTO.NFPROTO_IPV6,
};

function deviceName(name: string): Uint8Array {
  const bytes = new Uint8Array(DEVICE_NAME_BYTES);
  bytes.set(text(name));
  return bytes;
}

/** `iifname "NAME"`: what has come in there. */
export function fromDevice(name: string): Expression[] {
  return [loadMeta(NFT_META.NFT_META_IIFNAME), isEqual(deviceName(name))];
}

/** `oifname "NAME"`: what will go out there. */
export function toDevice(name: string): Expression[] {
  return [loadMeta(NFT_META.NFT_META_OIFNAME), isEqual(deviceName(name))];
}

/** `oifname != "NAME"`: what will go out elsewhere. */
export function toOtherDevice(name: string): Expression[] {
  return [loadMeta(NFT_META.NFT_META_OIFNAME), isNotEqual(deviceName(name))];
}

/** `meta nfproto ipv4` or `ipv6`. */
export function ofVersion(version: IpVersion): Expression[] {
  const family = u8(NF_FAMILIES[version]);
  return [loadMeta(NFT_META.NFT_META_NFPROTO), isEqual(family)];
}

/** Where the headers of IP have their addresses. */
const ADDRESS_OFFSETS = {
  4: { source: 12, destination: 16 },
  6: { source: 8, destination: 24 },
} as const;

function addressIn(
  side: "source" | "destination",
  subnet: Subnet,
): Expression[] {
  const { version, base, prefix } = subnet;
  const bits = ADDRESS_BITS[version];
  const ones = subnetOf({ version, value: (1n << BigInt(bits)) - 1n }, prefix);
  return [
    ...ofVersion(version),
    loadPayload({
      base: NFT_PAYLOAD.NFT_PAYLOAD_NETWORK_HEADER,
      offset: ADDRESS_OFFSETS[version][side],
      length: bits / 8,
    }),
    ...(prefix === bits
      ? []
      : [mask(addressBytes({ version, value: ones.base }))]),
    isEqual(addressBytes({ version, value: base })),
  ];
}

/** `ip saddr SUBNET`. */
export function fromSubnet(subnet: Subnet): Expression[] {
  return addressIn("source", subnet);
}

/** `ip daddr SUBNET`. */
export function toSubnet(subnet: Subnet): Expression[] {
  return addressIn("destination", subnet);
}

/** `fib daddr type local`: to any address of this machine. */
export function toThisMachine(): Expression[] {
  return [loadDestinationType(), isEqual(u32(RTN.RTN_LOCAL))];
}

/** `fib saddr type != local`: not from this machine itself. */
export function fromOthers(): Expression[] {
  return [loadSourceType(), isNotEqual(u32(RTN.RTN_LOCAL))];
}

/** `ct direction original`: sent by who has begun the connection. */
export function ofInitiator(): Expression[] {
  return [loadConnection(NFT_CT.NFT_CT_DIRECTION), isEqual(u8(0))];
}

/** Loads the port packets go to, which all protocols have in the same place. */
export function loadDestinationPort(): Expression {
  const base = NFT_PAYLOAD.NFT_PAYLOAD_TRANSPORT_HEADER;
  return loadPayload({ base, offset: 2, length: 2 });
}

/** `tcp dport FIRST-LAST`. */
export function toPorts(protocol: Protocol, ports: PortRange): Expression[] {
  return withPort(protocol, loadDestinationPort(), ports);
}

/** `tcp sport FIRST-LAST`. */
export function fromPorts(protocol: Protocol, ports: PortRange): Expression[] {
  const base = NFT_PAYLOAD.NFT_PAYLOAD_TRANSPORT_HEADER;
  const load = loadPayload({ base, offset: 0, length: 2 });
  return withPort(protocol, load, ports);
}

function withPort(
  protocol: Protocol,
  load: Expression,
  { first, last }: PortRange,
): Expression[] {
  return [
    loadMeta(NFT_META.NFT_META_L4PROTO),
    isEqual(u8(PROTOCOL_NUMBERS[protocol])),
    load,
    first === last ? isEqual(be16(first)) : isBetween(be16(first), be16(last)),
  ];
}

function anyBitOf(key: number, bits: number): Expression[] {
  return [loadConnection(key), mask(u32(bits)), isNotEqual(u32(0))];
}

/** `NF_CT_STATE_BIT()` of the kernel. */
function stateBit(state: number): number {
  return 1 << (state + 1);
}

/** `ct state established,related`: of connections that were let through. */
export function ofKnownConnection(): Expression[] {
  const states = stateBit(IP_CT.IP_CT_ESTABLISHED) |
    stateBit(IP_CT.IP_CT_RELATED);
  return anyBitOf(NFT_CT.NFT_CT_STATE, states);
}

/** `ct status dnat`: of connections whose destination was replaced. */
export function ofRedirectedConnection(): Expression[] {
  return anyBitOf(NFT_CT.NFT_CT_STATUS, IPS.IPS_DST_NAT);
}
