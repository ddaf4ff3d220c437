/**
 * The record of a running container, made anew from what the kernel knows if
 * it is damaged: nobody could end the container otherwise.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { DEFAULT_PARENT } from "../../runtime/cgroups/parents.ts";
import { processesIn } from "../../runtime/cgroups/processes.ts";
import {
  identifyProcess,
  type ProcessIdentity,
} from "../../runtime/process_identity.ts";
import {
  isRunningDamaged,
  readConfig,
  readRunning,
  readStarted,
  type RunningRecord,
  writeRunning,
} from "./records.ts";

/** Reads who its process is; `undefined` if it is not started. */
export function findRunning(
  paths: HostPaths,
  id: ContainerId,
): RunningRecord | undefined {
  const running = readRunning(paths, id);
  if (running !== undefined || !isRunningDamaged(paths, id)) return running;
  const recovered = recover(paths, id);
  if (recovered !== undefined) writeRunning(paths, id, recovered);
  return recovered;
}

/** It may have ended, or have no cgroup in which its process can be found. */
function recover(paths: HostPaths, id: ContainerId): RunningRecord | undefined {
  const config = readConfig(paths, id);
  const cgroup = config?.cgroupsPath ?? `${DEFAULT_PARENT}/${id}`;
  const process = firstOf(processesIn(cgroup, mountedHierarchies()));
  if (process === undefined) return undefined;
  return {
    ...process,
    startedMs: readStarted(paths, id)?.startedMs ?? config?.createdMs ?? 0,
    // Nobody knows, and it matters only once the process has ended.
    keeper: process,
    withoutKeeper: "goes-on",
    restartCount: 0,
  };
}

/** All others in its cgroup are children of process 1, or came later. */
function firstOf(pids: readonly number[]): ProcessIdentity | undefined {
  return pids.map(identifyProcess)
    .filter((identity) => identity !== undefined)
    .toSorted((a, b) =>
      Number(a.startTime) - Number(b.startTime) || a.pid - b.pid
    )[0];
}
