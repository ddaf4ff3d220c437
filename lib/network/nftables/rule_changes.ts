/**
 * What makes the rules that are there those that should be. Pure.
 *
 * @module
 */
import type { NetlinkRequest } from "../netlink/message.ts";
import { addRules, type AnyRule } from "./add_rules.ts";
import type { PresentRule } from "./read_table.ts";
import type { RuleOwner } from "./rule_owner.ts";
import { BASE_OWNER } from "./rule_owner.ts";
import { removeRule } from "./table_requests.ts";

/** What is too much, and what is missing. */
export interface RuleChanges {
  readonly abandoned: readonly PresentRule[];
  readonly missing: readonly AnyRule[];
}

/**
 * Compares rules by chain, owner and part. A rule that nobody owns is
 * somebody's own addition, and stays; so do those that the table has always.
 *
 * @param present The rules of our table.
 * @param wanted The rules of all networks and containers there are.
 */
export function compareRules(
  present: readonly PresentRule[],
  wanted: readonly AnyRule[],
): RuleChanges {
  const there = new Set(
    present.flatMap(({ chain, owner }) => owner ? [keyOf(chain, owner)] : []),
  );
  const needed = new Set(wanted.map((rule) => keyOf(rule.chain, rule)));
  return {
    abandoned: present.filter(({ chain, owner }) =>
      owner !== undefined && owner.owner !== BASE_OWNER &&
      !needed.has(keyOf(chain, owner))
    ),
    missing: wanted.filter((rule) => !there.has(keyOf(rule.chain, rule))),
  };
}

function keyOf(chain: string, { owner, part }: RuleOwner): string {
  return `${chain} ${owner} ${part}`;
}

/** What carries changes out, in one batch. */
export function changeRequests(
  table: string,
  { abandoned, missing }: RuleChanges,
): NetlinkRequest[] {
  return [
    ...abandoned.map((rule) => removeRule(table, rule)),
    ...addRules(table, missing),
  ];
}
