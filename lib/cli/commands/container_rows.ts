/**
 * Containers as `ps` shows them. Pure: what it is told of, and the time.
 *
 * @module
 */
import { formatAgo, formatDuration } from "../../base/duration.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { ellipsis, quoted } from "../output/printable.ts";
import { formatTable } from "../output/table.ts";

/** What became of a container so far; times are in ms since the epoch. */
export type ContainerProgress =
  | { readonly status: "created" }
  | { readonly status: "running" | "paused"; readonly startedAtMs: number }
  | {
    readonly status: "exited";
    readonly exitCode: number;
    readonly finishedAtMs: number;
  };

/** What a row tells of a container. */
export interface ContainerRow {
  readonly id: ContainerId;
  /** As it was given to `run`. */
  readonly image: string;
  /** The program and its arguments. */
  readonly command: readonly string[];
  /** In ms since the epoch. */
  readonly createdAtMs: number;
  readonly progress: ContainerProgress;
  /** Published ports, ready to print. */
  readonly ports: string;
  readonly name: string;
}

/** What of the containers is shown. */
export interface Selection {
  /** All, not only those that run. */
  readonly all: boolean;
  /** This many of the newest, running or not; negative for no such limit. */
  readonly last: number;
}

const HEADER = [
  "CONTAINER ID",
  "IMAGE",
  "COMMAND",
  "CREATED",
  "STATUS",
  "PORTS",
  "NAMES",
];
const COMMAND_LENGTH = 20;

/** The containers to show, the newest first. */
export function selectContainers<Row extends ContainerRow>(
  containers: readonly Row[],
  { all, last }: Selection,
): Row[] {
  const newestFirst = containers.toSorted((a, b) =>
    b.createdAtMs - a.createdAtMs
  );
  if (last >= 0) return newestFirst.slice(0, last);
  return all
    ? newestFirst
    : newestFirst.filter(({ progress }) =>
      progress.status === "running" || progress.status === "paused"
    );
}

/** How {@linkcode formatContainers} cuts things short. */
export interface RowLayout {
  /** Whether ids and commands are given in full. */
  readonly full: boolean;
  /** Now, in ms since the epoch. */
  readonly nowMs: number;
}

/** The table of `ps`. */
export function formatContainers(
  containers: readonly ContainerRow[],
  { full, nowMs }: RowLayout,
): string {
  const rows = containers.map((container) => {
    const command = container.command.join(" ");
    return [
      full ? container.id : shortId(container.id),
      container.image,
      quoted(full ? command : ellipsis(command, COMMAND_LENGTH)),
      formatAgo(nowMs - container.createdAtMs),
      statusText(container.progress, nowMs),
      container.ports,
      container.name,
    ];
  });
  return formatTable(HEADER, rows);
}

/**
 * The `STATUS` column.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const progress = { status: "exited", exitCode: 137, finishedAtMs: 0 } as const;
 * assert.equal(statusText(progress, 5000), "Exited (137) 5 seconds ago");
 * ```
 */
export function statusText(progress: ContainerProgress, nowMs: number): string {
  switch (progress.status) {
    case "created":
      return "Created";
    case "running":
      return `Up ${formatDuration(nowMs - progress.startedAtMs)}`;
    case "paused":
      return `Up ${formatDuration(nowMs - progress.startedAtMs)} (Paused)`;
    case "exited": {
      const ago = formatAgo(nowMs - progress.finishedAtMs);
      return `Exited (${progress.exitCode}) ${ago}`;
    }
  }
}
