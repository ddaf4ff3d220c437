/**
 * Files about a container that outlive its process: beside its configuration,
 * or aside with its state for as long as the disk is full or read-only, so that
 * a container can be stopped and ends there, too.
 *
 * @module
 */
import { readTextFileIfExists } from "../../base/atomic_file.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { removePath } from "../../base/remove_tree.ts";
import { containerDirectory, stateDirectory, writeOwnFile } from "./records.ts";

/** Their names. */
const LASTING = ["exit.json", "stopped"] as const;
type LastingName = typeof LASTING[number];

/** A file of one container. */
export interface LastingFile {
  readonly id: ContainerId;
  readonly name: LastingName;
}

/** Its texts, the latest first: one aside, and the one where it stays. */
export function readLasting(paths: HostPaths, file: LastingFile): string[] {
  return [asidePath(paths, file), lastingPath(paths, file)]
    .map(readTextFileIfExists)
    .filter((text) => text !== undefined);
}

/**
 * Writes it, aside if it must; {@linkcode removeState} moves it.
 *
 * @throws {Error} Of the operating system, if it cannot be written anywhere.
 */
export function writeLasting(
  paths: HostPaths,
  file: LastingFile,
  text: string,
): void {
  // First: were we killed in between, it would be read in place of this one.
  removePath(asidePath(paths, file));
  if (isWritten(lastingPath(paths, file), text)) return;
  writeOwnFile(asidePath(paths, file), text);
}

/** Removes it, wherever it is. */
export function removeLasting(paths: HostPaths, file: LastingFile): void {
  removePath(asidePath(paths, file));
  removePath(lastingPath(paths, file));
}

/**
 * Removes what is known of a container's process, which has ended, once what
 * is to last has been moved; the next command tries again.
 */
export function removeState(paths: HostPaths, id: ContainerId): void {
  for (const name of LASTING) {
    const text = readTextFileIfExists(asidePath(paths, { id, name }));
    if (text === undefined) continue;
    if (!isWritten(lastingPath(paths, { id, name }), text)) return;
  }
  removePath(stateDirectory(paths, id));
}

/** Whether there was room for it, or no container to have it any more. */
function isWritten(path: string, text: string): boolean {
  try {
    writeOwnFile(path, text);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return true;
    // The operating system has said no: a full or a read-only disk.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function lastingPath(paths: HostPaths, { id, name }: LastingFile): string {
  return `${containerDirectory(paths, id)}/${name}`;
}

function asidePath(paths: HostPaths, { id, name }: LastingFile): string {
  return `${stateDirectory(paths, id)}/${name}`;
}
