/**
 * Keeps the rules of our table of the packet filter as they should be.
 *
 * @module
 */
import { isNetlinkError } from "./netlink/netlink_error.ts";
import type { NetlinkSocket } from "./netlink/netlink_socket.ts";
import type { AnyRule } from "./nftables/add_rules.ts";
import { performBatch } from "./nftables/batch.ts";
import { createOwnTable, OWN_TABLE } from "./nftables/own_table.ts";
import {
  type PresentRule,
  readChain,
  readRule,
} from "./nftables/read_table.ts";
import { changeRequests, compareRules } from "./nftables/rule_changes.ts";
import {
  findTable,
  listChains,
  listRules,
  removeRule,
} from "./nftables/table_requests.ts";

/** How often it is tried while others change the same rules. */
const MAX_ATTEMPTS = 20;

/** Our table's rules, in the order of their chains. */
export function presentRules(filter: NetlinkSocket): PresentRule[] {
  return filter.list(listRules(OWN_TABLE)).map(readRule);
}

/**
 * Makes the table unless there is one: somebody may have flushed the filter.
 *
 * @throws {NetlinkError} If the kernel refuses: it has no nf_tables, or we are
 * not root.
 */
export function ensureOwnTable(filter: NetlinkSocket): void {
  // To be refused takes the kernel twenty milliseconds, to be asked none.
  if (hasOwnTable(filter)) return;
  try {
    performBatch(filter, "set the packet filter up", createOwnTable());
  } catch (error) {
    if (!isNetlinkError(error, "EEXIST")) throw error;
  }
}

function hasOwnTable(filter: NetlinkSocket): boolean {
  try {
    filter.get(findTable(OWN_TABLE));
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
  filter: NetlinkSocket,
  isOurs: OwnerTest,
  wanted: readonly AnyRule[],
): void {
  changeRules(filter, () => {
    const present = presentRules(filter).filter(({ owner }) =>
      owner !== undefined && isOurs(owner.owner)
    );
    return changeRequests(OWN_TABLE, compareRules(present, wanted));
  });
}

/** Removes all rules of some owners. */
export function removeRulesOf(filter: NetlinkSocket, isOurs: OwnerTest): void {
  changeRules(filter, () =>
    presentRules(filter)
      .filter(({ owner }) => owner !== undefined && isOurs(owner.owner))
      .map((rule) => removeRule(OWN_TABLE, rule)));
}

/**
 * Looks, and changes what is not as it should be. If a rule to be removed is
 * gone by then, somebody else has done the same: looks again.
 */
function changeRules(
  filter: NetlinkSocket,
  plan: () => ReturnType<typeof changeRequests>,
): void {
  for (let attempt = 1;; attempt++) {
    const requests = plan();
    try {
      performBatch(filter, "change the packet filter", requests);
      return;
    } catch (error) {
      if (attempt >= MAX_ATTEMPTS || !isNetlinkError(error, "ENOENT")) {
        throw error;
      }
    }
  }
}

/**
 * Chains of others that end what goes through this machine unless a rule of
 * theirs lets it pass. Ours cannot overrule them.
 *
 * @returns Such as `filter FORWARD`.
 */
export function foreignDrops(filter: NetlinkSocket): string[] {
  return filter.list(listChains()).map(readChain)
    .filter(({ table, isForward, dropsByDefault }) =>
      table !== OWN_TABLE && isForward && dropsByDefault
    )
    .map(({ table, name }) => `${table} ${name}`);
}
