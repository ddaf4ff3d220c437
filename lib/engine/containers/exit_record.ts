/**
 * How a container ended: with its configuration, where it stays, or aside with
 * its state as long as there is no room for it, as on a full disk.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { removePath } from "../../base/remove_tree.ts";
import {
  containerDirectory,
  readRecord,
  stateDirectory,
  writeRecord,
} from "./records.ts";

/** How a container ended. */
export interface ExitRecord {
  /** The program's status, or 128 and the number of the signal. */
  readonly exitCode: number;
  readonly startedMs: number;
  readonly finishedMs: number;
  /** Whether the kernel ended one of its processes for want of memory. */
  readonly oomKilled: boolean;
  /** How often its restart policy has started it again. */
  readonly restartCount: number;
}

/** Reads how it ended; `undefined` if it has not. */
export function readExit(
  paths: HostPaths,
  id: ContainerId,
): ExitRecord | undefined {
  // One aside is later than any that could be written before.
  return readRecord<ExitRecord>(asidePath(paths, id)) ??
    readRecord<ExitRecord>(exitPath(paths, id));
}

/**
 * Writes how it ended, aside if it must; {@linkcode removeState} moves it.
 *
 * @throws {Error} Of the operating system, if it cannot be written anywhere.
 */
export function writeExit(
  paths: HostPaths,
  id: ContainerId,
  record: ExitRecord,
): void {
  // First: were we killed in between, it would be read in place of this one.
  removePath(asidePath(paths, id));
  if (!writeWhereItStays(paths, id, record)) {
    writeRecord(asidePath(paths, id), record);
  }
}

/**
 * Removes what is known of a container's process, which has ended; unless it
 * ended on a disk that is still full, when the next command tries again.
 */
export function removeState(paths: HostPaths, id: ContainerId): void {
  const aside = readRecord<ExitRecord>(asidePath(paths, id));
  if (aside !== undefined && !writeWhereItStays(paths, id, aside)) return;
  removePath(stateDirectory(paths, id));
}

/** @returns Whether there was room for it, or a container to have it. */
function writeWhereItStays(
  paths: HostPaths,
  id: ContainerId,
  record: ExitRecord,
): boolean {
  try {
    writeRecord(exitPath(paths, id), record);
    return true;
  } catch (error) {
    // It has been removed: nobody wants to know any more.
    if (error instanceof Deno.errors.NotFound) return true;
    if (isRefusal(error)) return false;
    throw error;
  }
}

/** Whether the operating system has said no: a full or a read-only disk. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && "code" in error;
}

function exitPath(paths: HostPaths, id: ContainerId): string {
  return `${containerDirectory(paths, id)}/exit.json`;
}

function asidePath(paths: HostPaths, id: ContainerId): string {
  return `${stateDirectory(paths, id)}/exit.json`;
}
