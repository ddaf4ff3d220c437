/**
 * The mark of a container that is paused only while something is done: locked by
 * whoever does it. A mark without a lock belongs to a dead process. On the path
 * of `run`: no heavy import.
 *
 * @module
 */
import { openatIfThere } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDWR } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { thaw } from "../../runtime/cgroups/freeze.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { tryLock } from "../../storage/file_lock.ts";
import { readConfig, stateDirectory } from "./records.ts";

/** What a mark says. */
const MARK = "paused";

/** Where the mark is. */
export function markPath(paths: HostPaths, id: ContainerId): string {
  return `${stateDirectory(paths, id)}/paused-meanwhile`;
}

/**
 * Says in a mark that the container is about to be paused, which is not so
 * where a user has paused it.
 *
 * @param path Of the mark, locked.
 */
export function writeMark(path: string): void {
  Deno.writeTextFileSync(path, MARK);
}

/** Lets a container go on that was paused by somebody who was killed then. */
export function thawAbandoned(paths: HostPaths, id: ContainerId): void {
  const path = markPath(paths, id);
  try {
    using mark = openatIfThere(AT_FDCWD, path, O_RDWR);
    if (mark === undefined || !tryLock(mark)) return;
    const isPaused = Deno.readTextFileSync(path) === MARK;
    const cgroupsPath = readConfig(paths, id)?.cgroupsPath;
    if (isPaused && cgroupsPath !== undefined) {
      thaw(cgroupsPath, mountedHierarchies());
    }
    Deno.removeSync(path);
  } catch (error) {
    // It is gone by now.
    const isGone = isSyscallError(error, "ENOENT", "ENOTDIR") ||
      error instanceof Deno.errors.NotFound;
    if (!isGone) throw error;
  }
}
