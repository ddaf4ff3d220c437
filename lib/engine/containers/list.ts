/**
 * Containers and their status, recomputed from the kernel each time.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, isContainerId } from "../../base/identifiers.ts";
import { isRunning } from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";
import { readConfig, readExit, readRunning } from "./records.ts";

/** What a container is doing. */
export type ContainerStatus =
  | { readonly state: "created" }
  | {
    readonly state: "running";
    readonly pid: number;
    /** Milliseconds since the epoch. */
    readonly startedMs: number;
  }
  | {
    readonly state: "exited";
    readonly exitCode: number;
    /** Milliseconds since the epoch. */
    readonly finishedMs: number;
  };

/** A container as lists show it. */
export interface ContainerSummary {
  readonly config: ContainerConfig;
  readonly status: ContainerStatus;
}

/** All containers, the newest first. */
export function listContainers(paths: HostPaths): ContainerSummary[] {
  return listIds(paths)
    .flatMap((id) => {
      const config = readConfig(paths, id);
      return config === undefined
        ? []
        : [{ config, status: readStatus(paths, id) }];
    })
    .toSorted((a, b) => b.config.createdMs - a.config.createdMs);
}

/** The ids of all containers, those half created too. */
export function listIds(paths: HostPaths): ContainerId[] {
  try {
    return [...Deno.readDirSync(paths.containers)]
      .map(({ name }) => name)
      .filter(isContainerId);
  } catch (error) {
    // Nothing has been run yet.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** What a container is doing right now. */
export function readStatus(paths: HostPaths, id: ContainerId): ContainerStatus {
  const running = readRunning(paths, id);
  if (running !== undefined && isRunning(running)) {
    const { pid, startedMs } = running;
    return { state: "running", pid, startedMs };
  }
  const exit = readExit(paths, id);
  if (exit === undefined) return { state: "created" };
  const { exitCode, finishedMs } = exit;
  return { state: "exited", exitCode, finishedMs };
}
