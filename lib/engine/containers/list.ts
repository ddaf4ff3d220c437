/**
 * Containers and their status, recomputed from the kernel each time.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import {
  type ContainerId,
  isContainerId,
  shortId,
} from "../../base/identifiers.ts";
import { namesIn } from "../../base/names_in.ts";
import { isRunning } from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";
import { isFrozen } from "../../runtime/cgroups/freeze.ts";
import type { Hierarchy } from "../../runtime/cgroups/hierarchy.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { type ExitRecord, readExit } from "./exit_record.ts";
import { findRunning } from "./find_running.ts";
import {
  type HealthRecord,
  isConfigDamaged,
  readConfig,
  readHealth,
  readRestarting,
  type RunningRecord,
} from "./records.ts";

/** What a container is doing. */
export type ContainerStatus =
  | { readonly state: "created" }
  | {
    readonly state: "running" | "paused";
    readonly pid: number;
    /** Milliseconds since the epoch. */
    readonly startedMs: number;
    /** Absent if its health is not checked. */
    readonly health?: HealthRecord["status"];
  }
  | {
    /** `restarting` waits for its monitor to start it again. */
    readonly state: "exited" | "restarting";
    readonly exitCode: number;
    /** Milliseconds since the epoch. */
    readonly finishedMs: number;
    readonly oomKilled: boolean;
  };

/** A container as lists show it. */
export interface ContainerSummary {
  readonly config: ContainerConfig;
  readonly status: ContainerStatus;
}

/**
 * All containers, the newest first.
 *
 * @param warn Hears of those of which nothing can be told.
 */
export function listContainers(
  paths: HostPaths,
  warn?: (message: string) => void,
): ContainerSummary[] {
  // First: none that is gone from here by then was running all along.
  const states = new Set(idsIn(paths.states));
  return summarize(paths, { ids: listIds(paths), states, warn });
}

/**
 * As {@linkcode listContainers}, but of those only that may run, be paused or be
 * restarted, and of few others. Where many are kept that have ended, most of the
 * time would go to reading how they have.
 */
export function listLive(
  paths: HostPaths,
  warn?: (message: string) => void,
): ContainerSummary[] {
  const states = new Set(idsIn(paths.states));
  return summarize(paths, { ids: [...states], states, warn });
}

function summarize(paths: HostPaths, { ids, states, warn }: {
  readonly ids: readonly ContainerId[];
  /** Those that have a state. */
  readonly states: ReadonlySet<ContainerId>;
  readonly warn: ((message: string) => void) | undefined;
}): ContainerSummary[] {
  const hierarchies = mountedHierarchies();
  return ids
    .flatMap((id) => {
      const config = readConfig(paths, id);
      if (config !== undefined) {
        // Most have ended long ago, and looking for what is not there takes
        // longer than reading what is.
        const status = states.has(id)
          ? readStatus(paths, config, hierarchies)
          : statusAtRest(readExit(paths, id));
        return [{ config, status }];
      }
      if (warn !== undefined && isConfigDamaged(paths, id)) {
        const short = shortId(id);
        warn(
          `The configuration of container ${short} is damaged: tsdocker rm -f ${short} removes it`,
        );
      }
      return [];
    })
    .toSorted((a, b) => b.config.createdMs - a.config.createdMs);
}

/** The ids of all containers, those half created too. */
export function listIds(paths: HostPaths): ContainerId[] {
  return idsIn(paths.containers);
}

function idsIn(directory: string): ContainerId[] {
  return namesIn(directory).filter(isContainerId);
}

/** What a container is doing right now. */
export function readStatus(
  paths: HostPaths,
  { id, cgroupsPath, health }: ContainerConfig,
  hierarchies: readonly Hierarchy[] = mountedHierarchies(),
): ContainerStatus {
  const running = findRunning(paths, id);
  if (running !== undefined && isRunning(running)) {
    const { pid, startedMs } = running;
    const checked = health === undefined ? undefined : readHealth(paths, id);
    const isPaused = cgroupsPath !== undefined &&
      isFrozen(cgroupsPath, hierarchies);
    return {
      state: isPaused ? "paused" : "running",
      pid,
      startedMs,
      ...(checked === undefined ? {} : { health: checked.status }),
    };
  }
  const exit = readExit(paths, id);
  if (running !== undefined && isEnding(running, exit)) {
    const { pid, startedMs } = running;
    return { state: "running", pid, startedMs };
  }
  const status = statusAtRest(exit);
  if (status.state !== "exited") return status;
  const restarting = readRestarting(paths, id);
  const isAwaited = restarting !== undefined && isRunning(restarting.keeper);
  return isAwaited ? { ...status, state: "restarting" } : status;
}

/** What a container is doing that nobody keeps. */
function statusAtRest(exit: ExitRecord | undefined): ContainerStatus {
  if (exit === undefined) return { state: "created" };
  const { exitCode, finishedMs, oomKilled } = exit;
  return { state: "exited", exitCode, finishedMs, oomKilled };
}

/**
 * Whether its process has ended, and its keeper is about to write that down:
 * nobody can start or remove it yet.
 */
function isEnding(
  running: RunningRecord,
  exit: ExitRecord | undefined,
): boolean {
  return exit?.startedMs !== running.startedMs &&
    !isLaterEnd(running, exit) && isRunning(running.keeper);
}

/**
 * Whether it could not be started again: that is an end without a running. Not
 * told by the time alone, as the host's clock may have been set back.
 */
function isLaterEnd(
  running: RunningRecord,
  exit: ExitRecord | undefined,
): boolean {
  return exit !== undefined && exit.startedMs > running.startedMs &&
    exit.restartCount > running.restartCount;
}
