/**
 * What is written down about a container: JSON files, each with one writer.
 * Whoever keeps the container running, or changes it, holds its lock.
 *
 * @module
 */
import {
  readTextFileIfExists,
  writeFileAtomically,
} from "../../base/atomic_file.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { removePath } from "../../base/remove_tree.ts";
import { parseRecord } from "../../base/parse_record.ts";
import type { ProcessIdentity } from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";

/** A started container; gone once its end is recorded, or after a reboot. */
export interface RunningRecord extends ProcessIdentity {
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
  /** Who waits for its end: a foreground `run`, or a monitor. */
  readonly keeper: ProcessIdentity;
  /** Whether its program is killed with its keeper, or outlives it. */
  readonly withoutKeeper: "ends" | "goes-on";
  /** How often its restart policy has started it again. */
  readonly restartCount: number;
}

/** The last start of a container; what a reboot leaves of its running. */
export interface StartedRecord {
  /** Milliseconds since the epoch. */
  readonly startedMs: number;
}

/** A monitor is about to start the container again. */
export interface RestartingRecord {
  readonly keeper: ProcessIdentity;
  /** Milliseconds since the epoch. */
  readonly untilMs: number;
}

/** One run of a health check. */
export interface HealthLogEntry {
  /** Milliseconds since the epoch. */
  readonly startMs: number;
  readonly endMs: number;
  readonly exitCode: number;
  /** What it wrote, cut to 4 KiB. */
  readonly output: string;
}

/** What the health checks of a running container have found. */
export interface HealthRecord {
  readonly status: "starting" | "healthy" | "unhealthy";
  readonly failingStreak: number;
  /** The last five, the newest last. */
  readonly log: readonly HealthLogEntry[];
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

/**
 * Whether a container has a configuration that nobody can read: unlike one
 * half created, it may hold what somebody wants.
 */
export function isConfigDamaged(paths: HostPaths, id: ContainerId): boolean {
  return isDamaged(configPath(paths, id));
}

/** Writes a configuration; from now on the container exists. */
export function writeConfig(paths: HostPaths, config: ContainerConfig): void {
  writeRecord(configPath(paths, config.id), config);
}

/** Puts a configuration away; from now on the container does not exist. */
export function retireConfig(paths: HostPaths, id: ContainerId): void {
  try {
    Deno.renameSync(configPath(paths, id), retiredPath(paths, id));
  } catch (error) {
    // It was half created, or half removed before.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** Reads the configuration of a container that is half removed. */
export function readRetired(
  paths: HostPaths,
  id: ContainerId,
): ContainerConfig | undefined {
  return readRecord<ContainerConfig>(retiredPath(paths, id));
}

/** Reads who its process is; `undefined` if it is not started. */
export function readRunning(
  paths: HostPaths,
  id: ContainerId,
): RunningRecord | undefined {
  return readRecord<RunningRecord>(runningPath(paths, id));
}

/** Whether there is a record of its process that nobody can read. */
export function isRunningDamaged(paths: HostPaths, id: ContainerId): boolean {
  return isDamaged(runningPath(paths, id));
}

/** Writes who its process is. */
export function writeRunning(
  paths: HostPaths,
  id: ContainerId,
  record: RunningRecord,
): void {
  writeRecord(runningPath(paths, id), record);
}

/** Reads when it was last started; `undefined` if it never was. */
export function readStarted(
  paths: HostPaths,
  id: ContainerId,
): StartedRecord | undefined {
  return readRecord<StartedRecord>(startedPath(paths, id));
}

/** Writes when it was started. */
export function writeStarted(
  paths: HostPaths,
  id: ContainerId,
  record: StartedRecord,
): void {
  writeRecord(startedPath(paths, id), record);
}

/** Reads whether it is about to be started again; `undefined` if not. */
export function readRestarting(
  paths: HostPaths,
  id: ContainerId,
): RestartingRecord | undefined {
  return readRecord<RestartingRecord>(restartingPath(paths, id));
}

/** Writes that it is about to be started again. */
export function writeRestarting(
  paths: HostPaths,
  id: ContainerId,
  record: RestartingRecord,
): void {
  writeRecord(restartingPath(paths, id), record);
}

/** Reads its health; `undefined` if it is not checked, or does not run. */
export function readHealth(
  paths: HostPaths,
  id: ContainerId,
): HealthRecord | undefined {
  return readRecord<HealthRecord>(healthPath(paths, id));
}

/** Writes its health. */
export function writeHealth(
  paths: HostPaths,
  id: ContainerId,
  record: HealthRecord,
): void {
  writeRecord(healthPath(paths, id), record);
}

/**
 * Whether it exists for its own sake, though it has never been started: `run`
 * leaves nothing that it could not start.
 */
export function isKept(paths: HostPaths, id: ContainerId): boolean {
  return readTextFileIfExists(keptPath(paths, id)) !== undefined;
}

/** Notes that it exists for its own sake. */
export function keepUnstarted(paths: HostPaths, id: ContainerId): void {
  writeFileAtomically(keptPath(paths, id), "");
}

/** The directory with the files of its log. */
export function logDirectory(paths: HostPaths, id: ContainerId): string {
  return `${containerDirectory(paths, id)}/log`;
}

/** Where a configuration is. */
export function configPath(paths: HostPaths, id: ContainerId): string {
  return `${containerDirectory(paths, id)}/config.json`;
}

function retiredPath(paths: HostPaths, id: ContainerId): string {
  return `${containerDirectory(paths, id)}/removed.json`;
}

function runningPath(paths: HostPaths, id: ContainerId): string {
  return `${stateDirectory(paths, id)}/running.json`;
}

function keptPath(paths: HostPaths, id: ContainerId): string {
  return `${containerDirectory(paths, id)}/kept`;
}

function startedPath(paths: HostPaths, id: ContainerId): string {
  return `${containerDirectory(paths, id)}/started.json`;
}

function restartingPath(paths: HostPaths, id: ContainerId): string {
  return `${stateDirectory(paths, id)}/restarting.json`;
}

function healthPath(paths: HostPaths, id: ContainerId): string {
  return `${stateDirectory(paths, id)}/health.json`;
}

function readRecord<T>(path: string): T | undefined {
  const text = readTextFileIfExists(path);
  return text === undefined ? undefined : parseRecord<T>(text);
}

function isDamaged(path: string): boolean {
  const text = readTextFileIfExists(path);
  return text !== undefined && parseRecord(text) === undefined;
}

function writeRecord(path: string, record: unknown): void {
  writeOwnFile(path, JSON.stringify(record));
}

/**
 * Writes a file of a container that is tsdocker's alone: a directory that is in
 * its place goes.
 */
export function writeOwnFile(path: string, text: string): void {
  try {
    writeFileAtomically(path, text);
  } catch (error) {
    if (!(error instanceof Deno.errors.IsADirectory)) throw error;
    removePath(path);
    writeFileAtomically(path, text);
  }
}
