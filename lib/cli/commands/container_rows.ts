/**
 * Containers as `ps` shows them. Pure: what it is told of, and the time.
 *
 * @module
 */
import { formatAgo, formatDuration } from "../../base/duration.ts";
import { shortId } from "../../base/identifiers.ts";
import type {
  ContainerStatus,
  ContainerSummary,
} from "../../engine/containers/list.ts";
import { ellipsis, quoted } from "../output/printable.ts";
import { formatTable } from "../output/table.ts";

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

/**
 * The containers to show.
 *
 * @param containers The newest first.
 */
export function selectContainers(
  containers: readonly ContainerSummary[],
  { all, last }: Selection,
): readonly ContainerSummary[] {
  if (last >= 0) return containers.slice(0, last);
  return all
    ? containers
    : containers.filter(({ status: { state } }) =>
      state === "running" || state === "paused" || state === "restarting"
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
  containers: readonly ContainerSummary[],
  { full, nowMs }: RowLayout,
): string {
  const rows = containers.map(({ config, status }) => {
    const command = config.args.map(wordText).join(" ");
    return [
      full ? config.id : shortId(config.id),
      config.image,
      quoted(full ? command : ellipsis(command, COMMAND_LENGTH)),
      formatAgo(nowMs - config.createdMs),
      statusText(status, nowMs),
      // No network that publishes ports exists yet.
      "",
      config.name,
    ];
  });
  return formatTable(HEADER, rows);
}

/** An argument as docker shows it: in quotes if it has a space. */
function wordText(argument: string): string {
  return argument.includes(" ") ? `'${argument}'` : argument;
}

/**
 * The `STATUS` column.
 *
 * @param nowMs In ms since the epoch.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const status = { state: "exited", exitCode: 137, finishedMs: 0 } as const;
 * assert.equal(statusText(status, 5000), "Exited (137) 5 seconds ago");
 * ```
 */
export function statusText(status: ContainerStatus, nowMs: number): string {
  switch (status.state) {
    case "created":
      return "Created";
    case "running":
    case "paused":
      return `Up ${formatDuration(nowMs - status.startedMs)}${note(status)}`;
    case "exited":
    case "restarting": {
      const verb = status.state === "exited" ? "Exited" : "Restarting";
      const ago = formatAgo(nowMs - status.finishedMs);
      return `${verb} (${status.exitCode}) ${ago}`;
    }
  }
}

/** What is said of a running container besides how long it runs. */
function note(
  { state, health }: Extract<ContainerStatus, { state: "running" | "paused" }>,
): string {
  if (state === "paused") return " (Paused)";
  if (health === undefined) return "";
  return health === "starting" ? " (health: starting)" : ` (${health})`;
}
