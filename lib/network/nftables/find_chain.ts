/**
 * Asking for a chain of the packet filter. Pure.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nf_tables.h
 */
import { NFPROTO } from "../../../ffi/constants/netfilter.ts";
import { NFT_MSG, NFTA_CHAIN } from "../../../ffi/constants/nf_tables.ts";
import { NFNL_SUBSYS } from "../../../ffi/constants/nfnetlink.ts";
import { attribute, readAttributes } from "../netlink/attribute.ts";
import { concat, readBe32, text } from "../netlink/bytes.ts";
import type { NetlinkMessage, NetlinkRequest } from "../netlink/message.ts";
import { NETFILTER_HEADER_BYTES, netfilterHeader } from "./netfilter_header.ts";

/** Asks for a chain; the answer is `ENOENT` if there is none. */
export function findChain(table: string, chain: string): NetlinkRequest {
  return {
    what: `find the chain "${chain}" of the packet filter`,
    type: (NFNL_SUBSYS.NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG.NFT_MSG_GETCHAIN,
    flags: 0,
    body: concat(
      netfilterHeader(NFPROTO.NFPROTO_INET, 0),
      attribute(NFTA_CHAIN.NFTA_CHAIN_TABLE, text(table)),
      attribute(NFTA_CHAIN.NFTA_CHAIN_NAME, text(chain)),
    ),
  };
}

/**
 * Reads how many rules a chain has, and how many lead to it, together, from a
 * message of type `NFT_MSG_NEWCHAIN`.
 */
export function readChainUse({ body }: Pick<NetlinkMessage, "body">): number {
  const attributes = readAttributes(body.subarray(NETFILTER_HEADER_BYTES));
  const use = attributes.get(NFTA_CHAIN.NFTA_CHAIN_USE);
  return use === undefined ? 0 : readBe32(use);
}
