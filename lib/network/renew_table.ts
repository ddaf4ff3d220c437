/**
 * Puts our table of the packet filter right when somebody has emptied it.
 *
 * @module
 */
import { ensureOwnTable } from "./ensure_own_table.ts";
import { performBatch } from "./nftables/batch.ts";
import { baseRules, createOwnTable } from "./nftables/own_table.ts";
import { compareRules } from "./nftables/rule_changes.ts";
import { removeTable } from "./nftables/table_requests.ts";
import { presentRules } from "./own_filter.ts";
import type { OwnTable } from "./own_table_name.ts";

/**
 * Sees to it that the table has what it has always: if not, it is made anew, in
 * one step, with nothing of networks and containers in it. The order of its
 * rules matters, so that none can be added to those that are left.
 *
 * @throws {NetlinkError} If the kernel refuses.
 */
export function renewTable(table: OwnTable): void {
  ensureOwnTable(table);
  const { missing } = compareRules(presentRules(table), baseRules());
  if (missing.length === 0) return;
  const { filter, name } = table;
  performBatch(filter, "set the packet filter up again", [
    removeTable(name),
    ...createOwnTable(name),
  ]);
}
