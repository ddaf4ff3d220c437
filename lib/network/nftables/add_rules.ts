/**
 * Adds rules, with the maps that some of them have. Pure.
 *
 * @module
 */
import type { NetlinkRequest } from "../netlink/message.ts";
import type { Expression, MapReference } from "./expression.ts";
import { addRule, createPortMap, type Rule } from "./table_requests.ts";

/** A rule with a map from port to port of its own. */
export interface MappedRule extends Omit<Rule, "expressions"> {
  readonly ports: ReadonlyMap<number, number>;
  /** What it does, told how to refer to its map. */
  readonly expressions: (map: MapReference) => readonly Expression[];
}

/** A rule with or without a map. */
export type AnyRule = Rule | MappedRule;

/** The kernel puts a number in the place of `%d`. */
const MAP_NAME = "__map%d";

/**
 * What adds rules, in one batch. No other request of that batch may make maps:
 * they are told apart by numbers.
 */
export function addRules(
  table: string,
  rules: readonly AnyRule[],
): NetlinkRequest[] {
  return rules.flatMap((rule, index) => {
    if (!("ports" in rule)) return [addRule(table, rule)];
    const map: MapReference = { name: MAP_NAME, id: index + 1 };
    const expressions = rule.expressions(map);
    return [
      ...createPortMap(table, map, rule.ports),
      addRule(table, { ...rule, expressions }),
    ];
  });
}
