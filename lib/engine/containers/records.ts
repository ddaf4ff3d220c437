/**
 * What is written down about a container: three JSON files, each with one
 * writer. Whoever writes holds the container's lock.
 *
 * @module
 */
import {
  readTextFileIfExists,
  writeFileAtomically,
} from "../../base/atomic_file.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { ProcessIdentity } from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";

/** A started container; gone once its end is recorded, or after a reboot. */
export interface RunningRecord extends ProcessIdentity {
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
}

/** How a container ended. */
export interface ExitRecord {
  /** The program's status, or 128 and the number of the signal. */
  readonly exitCode: number;
  readonly startedMs: number;
  readonly finishedMs: number;
  /** Whether the kernel ended one of its processes for want of memory. */
  readonly oomKilled: boolean;
}

/** The directory with a container's configuration, layer and exit record. */
export function containerDirectory(paths: HostPaths, id: ContainerId): string {
  return `${paths.containers}/${id}`;
}

/** The directory with what is known about its process. */
export function stateDirectory(paths: HostPaths, id: ContainerId): string {
  return `${paths.states}/${id}`;
}

/** Reads a configuration; `undefined` for a container half created. */
export function readConfig(
  paths: HostPaths,
  id: ContainerId,
): ContainerConfig | undefined {
  return readRecord<ContainerConfig>(configPath(paths, id));
}

/** Writes a configuration; from now on the container exists. */
export function writeConfig(paths: HostPaths, config: ContainerConfig): void {
  writeRecord(configPath(paths, config.id), config);
}

/** Reads who its process is; `undefined` if it is not started. */
export function readRunning(
  paths: HostPaths,
  id: ContainerId,
): RunningRecord | undefined {
  return readRecord<RunningRecord>(runningPath(paths, id));
}

/** Writes who its process is. */
export function writeRunning(
  paths: HostPaths,
  id: ContainerId,
  record: RunningRecord,
): void {
  writeRecord(runningPath(paths, id), record);
}

/** Reads how it ended; `undefined` if it has not. */
export function readExit(
  paths: HostPaths,
  id: ContainerId,
): ExitRecord | undefined {
  return readRecord<ExitRecord>(exitPath(paths, id));
}

/** Writes how it ended. */
export function writeExit(
  paths: HostPaths,
  id: ContainerId,
  record: ExitRecord,
): void {
  writeRecord(exitPath(paths, id), record);
}

function configPath(paths: HostPaths, id: ContainerId): string {
  return `${containerDirectory(paths, id)}/config.json`;
}

function runningPath(paths: HostPaths, id: ContainerId): string {
  return `${stateDirectory(paths, id)}/running.json`;
}

function exitPath(paths: HostPaths, id: ContainerId): string {
  return `${containerDirectory(paths, id)}/exit.json`;
}

/** A record that a power cut has damaged counts as one never written. */
function readRecord<T>(path: string): T | undefined {
  const text = readTextFileIfExists(path);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function writeRecord(path: string, record: unknown): void {
  writeFileAtomically(path, JSON.stringify(record));
}
