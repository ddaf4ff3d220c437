/**
 * The rules of a detour of answers. Pure.
 *
 * @module
 */
import { NFPROTO } from "../../../ffi/constants/netfilter.ts";
import { NFT_META, NFT_PAYLOAD } from "../../../ffi/constants/nf_tables.ts";
import { NLM_F } from "../../../ffi/constants/netlink.ts";
import { addressBytes, type IpAddress } from "../ip_address.ts";
import { be16, u32, u8 } from "../netlink/bytes.ts";
import type { NetlinkRequest } from "../netlink/message.ts";
import type { SettledPublication } from "../port_publication.ts";
import {
  type Expression,
  isEqual,
  leaveByDevice,
  loadMeta,
  loadPayload,
  put,
  REGISTERS,
  writeMeta,
  writePayload,
} from "./expression.ts";
import { fromPorts } from "./match.ts";
import {
  addRule,
  createChain,
  createTable,
  emptyChain,
  listChains,
  ofFamily,
  removeChain,
} from "./table_requests.ts";

/** Whose answers take the detour. */
export interface Detour {
  /** The container's device at the bridge; the chain has its name. */
  readonly device: string;
  /** The bridge's address of IPv6: whom answers to `::1` are sent to first. */
  readonly address: IpAddress;
  /** What answers. */
  readonly publications: readonly SettledPublication[];
}

const FAMILY = NFPROTO.NFPROTO_NETDEV;
const ETH_P_IPV6 = 0x86dd;
const PACKET_HOST = 0;
/** The loopback's number in every network namespace. */
const LOOPBACK_INDEX = 1;
const MAC_BYTES = 6;
const DESTINATION_OFFSET = 24;

/** Makes a detour; the table may be there, the chain must not. */
export function createDetour(table: string, detour: Detour): NetlinkRequest[] {
  const { device, publications } = detour;
  const [type, hook] = ["filter", "ingress"] as const;
  return [
    { ...createTable(table), flags: NLM_F.NLM_F_CREATE },
    createChain({
      ...{ table, name: device },
      base: { type, hook, priority: 0, device },
    }),
    ...publications.map((publication) =>
      addRule(table, {
        chain: device,
        owner: device,
        part: `${publication.protocol} ${publication.containerPorts.first}`,
        expressions: answersOf(detour, publication),
      })
    ),
  ].map((request) => ofFamily(FAMILY, request));
}

/**
 * To the loopback as if sent to it: its hardware address is all zeros. Packets
 * for others, as those for a bridge seem to its ports, would be dropped there.
 */
function answersOf(
  { address }: Detour,
  { protocol, containerPorts }: SettledPublication,
): Expression[] {
  const { first } = REGISTERS;
  return [
    loadMeta(NFT_META.NFT_META_PROTOCOL),
    isEqual(be16(ETH_P_IPV6)),
    loadPayload({
      base: NFT_PAYLOAD.NFT_PAYLOAD_NETWORK_HEADER,
      offset: DESTINATION_OFFSET,
      length: 16,
    }),
    isEqual(addressBytes(address)),
    ...fromPorts(protocol, containerPorts),
    put(first, new Uint8Array(MAC_BYTES)),
    writePayload({
      base: NFT_PAYLOAD.NFT_PAYLOAD_LL_HEADER,
      offset: 0,
      length: MAC_BYTES,
    }),
    put(first, u8(PACKET_HOST)),
    writeMeta(NFT_META.NFT_META_PKTTYPE),
    put(first, u32(LOOPBACK_INDEX)),
    leaveByDevice(),
  ];
}

/** Removes a detour. */
export function removeDetour(table: string, device: string): NetlinkRequest[] {
  return [emptyChain(table, device), removeChain(table, device)]
    .map((request) => ofFamily(FAMILY, request));
}

/** Asks for the chains of all detours: `readChain()` reads each. */
export function listDetours(): NetlinkRequest {
  return ofFamily(FAMILY, listChains());
}
