/**
 * Keeps the rules of our table of the packet filter as they should be.
 *
 * @module
 */
import { isNetlinkError } from "./netlink/netlink_error.ts";
import type { AnyRule } from "./nftables/add_rules.ts";
import { performBatch } from "./nftables/batch.ts";
import { type PresentRule, readRule } from "./nftables/read_table.ts";
import { changeRequests, compareRules } from "./nftables/rule_changes.ts";
import { listRules, removeRule } from "./nftables/table_requests.ts";
import type { OwnTable } from "./own_table_name.ts";

/** How often it is tried while others change the same rules. */
const MAX_ATTEMPTS = 20;

/** The table's rules, in the order of their chains. */
export function presentRules({ filter, name }: OwnTable): PresentRule[] {
  return filter.list(listRules(name)).map(readRule);
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
