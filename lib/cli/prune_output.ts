/**
 * What the commands that prune have in common: their filters, and how they
 * tell what they have removed.
 *
 * @module
 */
import { formatByteSize } from "../base/byte_size.ts";
import { parseTimePointMs } from "../base/time_point.ts";
import type { Pruned, PruneFilter } from "../engine/containers/prune.ts";
import { parseFilters } from "./filter_flag.ts";

/** What can be pruned by. */
export const PRUNE_FILTERS = ["label", "label!", "until"] as const;

/** A sentence for the help. */
export const PRUNE_FILTER_HELP =
  "Filters are label=NAME[=VALUE], label!=NAME[=VALUE] and until=TIME; the " +
  "time is how long ago something was created, such as 24h, or a date.";

/**
 * Reads the filters of a command that prunes.
 *
 * @param nowMs Milliseconds since the epoch.
 * @throws {UsageError} If there is no such filter, or the time is none.
 */
export function parsePruneFilter(
  texts: readonly string[],
  nowMs: number,
): PruneFilter {
  const filters = parseFilters(PRUNE_FILTERS, texts);
  const times = (filters.get("until") ?? [])
    .map((text) => parseTimePointMs(text, nowMs));
  return {
    untilMs: Math.min(Infinity, ...times),
    labels: filters.get("label") ?? [],
    withoutLabels: filters.get("label!") ?? [],
  };
}

/** A list of things that were removed, with its heading. */
export interface PrunedList {
  /** Such as `Containers`. */
  readonly what: string;
  readonly pruned: Pruned;
}

/**
 * Lists what was removed, in docker's words.
 *
 * @param mode `dry-run` if nothing was.
 */
export function prunedLists(
  lists: readonly PrunedList[],
  mode: "remove" | "dry-run",
): string {
  const deleted = mode === "remove" ? "Deleted" : "Would delete";
  return lists.filter(({ pruned }) => pruned.ids.length > 0)
    .map(({ what, pruned: { ids } }) =>
      `${deleted} ${what}:\n${ids.map((id) => `${id}\n`).join("")}\n`
    ).join("");
}

/**
 * Tells what was removed, and how much room it took.
 *
 * @param mode `dry-run` if nothing was.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const pruned = { ids: ["abcd"], reclaimedBytes: 1_984_321 };
 * assert.equal(
 *   prunedText([{ what: "Containers", pruned }], "remove"),
 *   "Deleted Containers:\nabcd\n\nTotal reclaimed space: 1.98MB\n",
 * );
 * ```
 */
export function prunedText(
  lists: readonly PrunedList[],
  mode: "remove" | "dry-run",
): string {
  const total = mode === "remove"
    ? "Total reclaimed space"
    : "Total reclaimable space";
  const bytes = lists.map(({ pruned }) => pruned.reclaimedBytes)
    .reduce((sum, one) => sum + one, 0);
  const sum = `${total}: ${formatByteSize(bytes)}\n`;
  return `${prunedLists(lists, mode)}${sum}`;
}
