/**
 * Asking for a table of the packet filter. Pure.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nf_tables.h
 */
import { NFPROTO } from "../../../ffi/constants/netfilter.ts";
import { NFT_MSG, NFTA_TABLE } from "../../../ffi/constants/nf_tables.ts";
import { NFNL_SUBSYS } from "../../../ffi/constants/nfnetlink.ts";
import { attribute, readAttributes } from "../netlink/attribute.ts";
import { concat, readBe64, text } from "../netlink/bytes.ts";
import type { NetlinkMessage, NetlinkRequest } from "../netlink/message.ts";
import { NETFILTER_HEADER_BYTES, netfilterHeader } from "./netfilter_header.ts";

/** Asks for a table; the answer is `ENOENT` if there is none. */
export function findTable(table: string): NetlinkRequest {
  return {
    what: `find the table "${table}" of the packet filter`,
    type: (NFNL_SUBSYS.NFNL_SUBSYS_NFTABLES << 8) | NFT_MSG.NFT_MSG_GETTABLE,
    flags: 0,
    body: concat(
      netfilterHeader(NFPROTO.NFPROTO_INET, 0),
      attribute(NFTA_TABLE.NFTA_TABLE_NAME, text(table)),
    ),
  };
}

/** Reads the table's number from a message of type `NFT_MSG_NEWTABLE`. */
export function readTableHandle(
  { body }: Pick<NetlinkMessage, "body">,
): bigint {
  const attributes = readAttributes(body.subarray(NETFILTER_HEADER_BYTES));
  const handle = attributes.get(NFTA_TABLE.NFTA_TABLE_HANDLE);
  return handle === undefined ? 0n : readBe64(handle);
}
