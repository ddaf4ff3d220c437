/**
 * Keeps the rules of our table of the packet filter as they should be.
 *
 * @module
 */
import { DEFAULT_ROOTS } from "../base/host_paths.ts";
import { isNetlinkError } from "./netlink/netlink_error.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import type { AnyRule } from "./nftables/add_rules.ts";
import { performBatch } from "./nftables/batch.ts";
import { createOwnTable, OWN_TABLE } from "./nftables/own_table.ts";
import { type PresentRule, readRule } from "./nftables/read_table.ts";
import { changeRequests, compareRules } from "./nftables/rule_changes.ts";
import { findTable, listRules, removeRule } from "./nftables/table_requests.ts";

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

/** How often it is tried while others change the same rules. */
const MAX_ATTEMPTS = 20;

/** The table's rules, in the order of their chains. */
export function presentRules({ filter, name }: OwnTable): PresentRule[] {
  return filter.list(listRules(name)).map(readRule);
}

/**
 * Makes the table unless there is one: somebody may have flushed the filter.
 *
 * @throws {NetlinkError} If the kernel refuses: it has no nf_tables, or we are
 * not root.
 */
export function ensureOwnTable(table: OwnTable): void {
  // To be refused takes the kernel twenty milliseconds, to be asked none.
  if (isThere(table)) return;
  try {
    const requests = createOwnTable(table.name);
    performBatch(table.filter, "set the packet filter up", requests);
  } catch (error) {
    if (!isNetlinkError(error, "EEXIST")) throw error;
  }
}

function isThere({ filter, name }: OwnTable): boolean {
  try {
    filter.get(findTable(name));
    return true;
  } catch (error) {
    if (isNetlinkError(error, "ENOENT")) return false;
    throw error;
  }
}

/** Which owners' rules are looked at; those of others stay as they are. */
export type OwnerTest = (owner: string) => boolean;

/**
 * Makes the rules of some owners what they should be, in one step.
 *
 * @param isOurs Whose rules are to be made so.
 * @param wanted All rules that those owners should have.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function settleRules(
  table: OwnTable,
  isOurs: OwnerTest,
  wanted: readonly AnyRule[],
): void {
  changeRules(table, () => {
    const present = presentRules(table).filter(({ owner }) =>
      owner !== undefined && isOurs(owner.owner)
    );
    return changeRequests(table.name, compareRules(present, wanted));
  });
}

/**
 * Puts rules in the place of all that some owners have, in one step: rules that
 * lead elsewhere, which {@linkcode settleRules} would take for the same.
 *
 * @throws {NetlinkError} If the kernel refuses.
 */
export function replaceRules(
  table: OwnTable,
  isOurs: OwnerTest,
  wanted: readonly AnyRule[],
): void {
  changeRules(table, () => {
    const abandoned = presentRules(table).filter(({ owner }) =>
      owner !== undefined && isOurs(owner.owner)
    );
    return changeRequests(table.name, { abandoned, missing: wanted });
  });
}

/** Removes all rules of some owners. */
export function removeRulesOf(table: OwnTable, isOurs: OwnerTest): void {
  changeRules(table, () =>
    presentRules(table)
      .filter(({ owner }) => owner !== undefined && isOurs(owner.owner))
      .map((rule) => removeRule(table.name, rule)));
}

/**
 * Looks, and changes what is not as it should be. If a rule to be removed is
 * gone by then, somebody else has done the same: looks again.
 */
function changeRules(
  table: OwnTable,
  plan: () => ReturnType<typeof changeRequests>,
): void {
  for (let attempt = 1;; attempt++) {
    const requests = plan();
    try {
      performBatch(table.filter, "change the packet filter", requests);
      return;
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isNetlinkError(error, "ENOENT")) {
        throw error;
      }
    }
  }
}
