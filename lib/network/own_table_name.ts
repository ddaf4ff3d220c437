/**
 * Which table of the packet filter is ours, and whether it is there: apart from
 * its rules, which most starts of containers need not know.
 *
 * @module
 */
import { DEFAULT_ROOTS } from "../base/host_paths.ts";
import { explainFilter } from "./missing_filter.ts";
import { isNetlinkError } from "./netlink/netlink_error.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import { findChain, readChainUse } from "./nftables/find_chain.ts";
import { findTable, readTableHandle } from "./nftables/find_table.ts";

/** What the names of our tables begin with. */
export const OWN_TABLE = "tsdocker";

/** A table of ours in the packet filter of a network namespace. */
export interface OwnTable {
  /** A conversation with that packet filter. */
  readonly filter: NetlinkSocket;
  readonly name: string;
}

/**
 * The name of the table of a `--run-root`: each has one of its own, as nobody
 * else knows which of its rules are still needed.
 */
export function ownTableName(runRoot: string): string {
  if (runRoot === DEFAULT_ROOTS.runRoot) return OWN_TABLE;
  return `${OWN_TABLE}-${hashOf(runRoot).toString(16).padStart(8, "0")}`;
}

/** FNV-1a, of 32 bits. */
function hashOf(text: string): number {
  return new TextEncoder().encode(text).reduce(
    (hash, byte) => Math.imul(hash ^ byte, 0x01000193) >>> 0,
    0x811c9dc5,
  );
}

/**
 * The number that the kernel has given the table, which no other one gets that
 * is made after it; `undefined` if there is none.
 *
 * @throws {HostError} If the kernel has no nf_tables.
 */
export function tableHandle({ filter, name }: OwnTable): bigint | undefined {
  try {
    return readTableHandle(filter.get(findTable(name)));
  } catch (error) {
    if (isNetlinkError(error, "ENOENT")) return undefined;
    throw explainFilter(error);
  }
}

/** The chain that keeps strangers out of networks; others always lead to it. */
export const FOREIGN_CHAIN = "foreign";

/**
 * Whether somebody has taken all rules out of the table and left it there, as
 * `nft flush table` does.
 *
 * @param table One that is there.
 * @throws {NetlinkError} If the kernel refuses to tell.
 */
export function isFlushed({ filter, name }: OwnTable): boolean {
  try {
    return readChainUse(filter.get(findChain(name, FOREIGN_CHAIN))) === 0;
  } catch (error) {
    if (isNetlinkError(error, "ENOENT")) return true;
    throw error;
  }
}
