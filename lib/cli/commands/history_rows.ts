/**
 * The steps of an image as `history` shows them. Pure: what it is told of, and
 * the time.
 *
 * @module
 */
import { formatByteSize } from "../../base/byte_size.ts";
import { formatAgo } from "../../base/duration.ts";
import type { HistoryStep } from "../../engine/images/history.ts";
import { shortDigest } from "../output/image_cells.ts";
import { ellipsis } from "../output/printable.ts";
import type { RowLayout } from "../output/row_format.ts";

const COMMAND_LENGTH = 45;

/** What the fields are headed by, as in docker. */
const HEADINGS = {
  ID: "IMAGE",
  CreatedSince: "CREATED",
  CreatedAt: "CREATED AT",
  CreatedBy: "CREATED BY",
  Size: "SIZE",
  Comment: "COMMENT",
} as const;

type Field = keyof typeof HEADINGS;

/** The table of `history`. */
export const HISTORY_LAYOUT: RowLayout = {
  headings: HEADINGS,
  columns: [
    "ID",
    "CreatedSince",
    "CreatedBy",
    "Size",
    "Comment",
  ] satisfies Field[],
};

/** How {@linkcode historyRow} shows a step. */
export interface HistoryRowOptions {
  /** Whether ids and commands are given in full. */
  readonly full: boolean;
  /** Whether sizes and times are rounded. */
  readonly reader: "person" | "program";
  /** Now, in ms since the epoch. */
  readonly nowMs: number;
}

/** A step's fields, in the order of docker's JSON. */
export function historyRow(
  { id, createdMs, createdBy, comment, sizeBytes }: HistoryStep,
  { full, reader, nowMs }: HistoryRowOptions,
): Record<Field, string> {
  const createdAt = createdMs === undefined ? "N/A" : rfc3339(createdMs);
  const since = createdMs === undefined ? "N/A" : formatAgo(nowMs - createdMs);
  const command = createdBy.replaceAll("\t", " ");
  return {
    Comment: comment,
    CreatedAt: createdAt,
    CreatedBy: full ? command : ellipsis(command, COMMAND_LENGTH),
    CreatedSince: reader === "person" ? since : createdAt,
    ID: id === undefined ? "<missing>" : full ? id : shortDigest(id),
    Size: reader === "person" ? formatByteSize(sizeBytes) : String(sizeBytes),
  };
}

/** Whole seconds, as docker has them here. */
function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
