/**
 * What a container is doing, in docker's words.
 *
 * @module
 */
import { formatAgo, formatDuration } from "../../base/duration.ts";
import type { ContainerStatus } from "../../engine/containers/list.ts";

/**
 * The `STATUS` column of `ps`.
 *
 * @param nowMs In ms since the epoch.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const exited = { state: "exited", finishedMs: 0 } as const;
 * const status = { ...exited, exitCode: 137, oomKilled: false };
 * assert.equal(statusText(status, 5000), "Exited (137) 5 seconds ago");
 * const killed = { ...status, oomKilled: true };
 * assert.equal(statusText(killed, 5000), "Exited (137, OOM) 5 seconds ago");
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
      const reason = status.oomKilled ? ", OOM" : "";
      const ago = formatAgo(nowMs - status.finishedMs);
      return `${verb} (${status.exitCode}${reason}) ${ago}`;
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
