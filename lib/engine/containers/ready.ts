/**
 * `run --wait`: waits until a container does its work, or will not.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { processAgeMs } from "../../runtime/process_identity.ts";
import { type ContainerStatus, readStatus } from "./list.ts";
import { readConfig, readRunning } from "./records.ts";

/** What came of waiting. */
export type Readiness =
  /** It is healthy; without checks it runs, or has done its work. */
  | { readonly kind: "ready" }
  | { readonly kind: "unhealthy" }
  | { readonly kind: "ended"; readonly exitCode: number }
  | { readonly kind: "timeout" };

/** How long a container without checks has to run to count as working. */
const STEADY_MS = 250;
/** How often to look; a check takes longer than that. */
const LOOK_MS = 20;
/** Of a container that was removed, when nothing tells how it ended. */
const UNKNOWN_EXIT_CODE = 1;

/**
 * Waits until a container that has been started is ready.
 *
 * @param timeoutMs `Infinity` waits for as long as it takes.
 */
export async function waitReady(
  paths: HostPaths,
  id: ContainerId,
  timeoutMs: number,
): Promise<Readiness> {
  const hierarchies = mountedHierarchies();
  const startMs = performance.now();
  let isChecked = false;
  for (;;) {
    const isLate = performance.now() - startMs >= timeoutMs;
    const config = readConfig(paths, id);
    isChecked = config === undefined ? isChecked : config.health !== undefined;
    const status = config === undefined
      ? await removedStatus(paths, id)
      : readStatus(paths, config, hierarchies);
    const running = readRunning(paths, id);
    const ranMs = running === undefined ? 0 : processAgeMs(running);
    const readiness = judgeReadiness(status, { isChecked, ranMs });
    if (readiness !== undefined) return readiness;
    if (isLate) return { kind: "timeout" };
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** With --rm, nothing but an event is left to tell. */
async function removedStatus(
  paths: HostPaths,
  id: ContainerId,
): Promise<ContainerStatus> {
  const { readEvents } = await import("../event_log.ts");
  let exitCode = UNKNOWN_EXIT_CODE;
  let finishedMs = 0;
  for (const event of readEvents(paths)) {
    if (event.id !== id || event.action !== "die") continue;
    const { exitCode: text } = event.attributes;
    exitCode = Number(text ?? UNKNOWN_EXIT_CODE);
    finishedMs = event.time;
  }
  return { state: "exited", exitCode, finishedMs, oomKilled: false };
}

/** What else decides whether a container is ready. */
export interface ReadinessFacts {
  /** Whether its health is checked. */
  readonly isChecked: boolean;
  /** How long it has run since its last start, if it does. */
  readonly ranMs: number;
}

/**
 * Whether a container is ready.
 *
 * One that fails and is to be started again may still become healthy; without
 * checks it has failed.
 *
 * @returns `undefined` if that is still open.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const status = { state: "running", pid: 1, startedMs: 0 } as const;
 * const facts = { isChecked: false, ranMs: 1000 };
 * assert.deepEqual(judgeReadiness(status, facts), { kind: "ready" });
 * ```
 */
export function judgeReadiness(
  status: ContainerStatus,
  { isChecked, ranMs }: ReadinessFacts,
): Readiness | undefined {
  switch (status.state) {
    // It has just been started: its record is about to be written.
    case "created":
      return undefined;
    case "exited":
    case "restarting": {
      const { state, exitCode } = status;
      if (state === "restarting" && isChecked) return undefined;
      // What is not checked may have had little to do.
      if (!isChecked && exitCode === 0) return { kind: "ready" };
      return { kind: "ended", exitCode };
    }
    case "running":
    case "paused": {
      const { health } = status;
      if (!isChecked) {
        return ranMs >= STEADY_MS ? { kind: "ready" } : undefined;
      }
      if (health === "healthy") return { kind: "ready" };
      return health === "unhealthy" ? { kind: "unhealthy" } : undefined;
    }
  }
}
