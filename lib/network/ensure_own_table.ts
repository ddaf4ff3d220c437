/**
 * Makes our table of the packet filter, with the rules it has always.
 *
 * @module
 */
import { isNetlinkError } from "./netlink/netlink_error.ts";
import { performBatch } from "./nftables/batch.ts";
import { createOwnTable } from "./nftables/own_table.ts";
import { removeTable } from "./nftables/table_requests.ts";
import { isFlushed, type OwnTable, tableHandle } from "./own_table_name.ts";

/**
 * Makes the table unless there is one: somebody may have flushed the filter, or
 * the table, which is made anew then: its number tells other networks that their
 * rules are gone.
 *
 * @throws {NetlinkError} If the kernel refuses: it has no nf_tables, or we are
 * not root.
 */
export function ensureOwnTable(table: OwnTable): void {
  // To be refused takes the kernel twenty milliseconds, to be asked none.
  const isThere = tableHandle(table) !== undefined;
  if (isThere && !isFlushed(table)) return;
  try {
    performBatch(table.filter, "set the packet filter up", [
      ...(isThere ? [removeTable(table.name)] : []),
      ...createOwnTable(table.name),
    ]);
  } catch (error) {
    if (!isNetlinkError(error, "EEXIST")) throw error;
  }
}
