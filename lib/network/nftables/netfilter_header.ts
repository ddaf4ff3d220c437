/**
 * What every message to the packet filter begins with. Pure.
 *
 * @module
 * @see Linux include/uapi/linux/netfilter/nfnetlink.h
 */
import { NFNETLINK } from "../../../ffi/constants/nfnetlink.ts";
import { be16, concat, u8 } from "../netlink/bytes.ts";

/** `struct nfgenmsg`. */
export function netfilterHeader(family: number, resource: number): Uint8Array {
  return concat(u8(family), u8(NFNETLINK.NFNETLINK_V0), be16(resource));
}

/** `sizeof(struct nfgenmsg)`. */
export const NETFILTER_HEADER_BYTES = 4;
