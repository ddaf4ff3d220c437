/**
 * What a container has changed of its image, read from its own layer: nothing
 * is mounted, and the container may be running.
 *
 * @module
 */
import { type FileStatus, isDirectory } from "../../ffi/calls/stat.ts";
import {
  type ComparedFile,
  compareDirectory,
  type ComparedPath,
  compareLayers,
} from "./compared_directory.ts";
import type { Snapshot } from "./snapshot.ts";
import type { ByteString } from "./tar/byte_string.ts";

/** A file that is not as in the image. */
export interface LayerChange {
  readonly kind: "added" | "changed" | "removed";
  /** Absolute inside the container. */
  readonly path: ByteString;
}

/**
 * Lists what has been added, changed and removed, sorted by path. A directory
 * counts as changed if anything in it is.
 *
 * @throws {SyscallError} If a layer cannot be read.
 */
export function listChanges(
  snapshot: Pick<Snapshot, "upper" | "lower">,
): LayerChange[] {
  using layers = compareLayers(snapshot);
  const changes: LayerChange[] = [];
  addChanges(layers.root, changes);
  return changes.sort((a, b) => a.path < b.path ? -1 : 1);
}

function addChanges(path: ComparedPath, changes: LayerChange[]): void {
  const directory = compareDirectory(path);
  if (directory === undefined) return;
  const { files, hidden } = directory;
  const prefix = `/${path.image.prefix}`;
  for (const name of hidden) {
    changes.push({ kind: "removed", path: `${prefix}${name}` as ByteString });
  }
  for (const file of files) addFile(prefix, file, changes);
}

function addFile(
  prefix: string,
  { name, status, isRemoval, original, path: directory }: ComparedFile,
  changes: LayerChange[],
): void {
  const path = `${prefix}${name}` as ByteString;
  if (isRemoval) {
    if (original !== undefined) changes.push({ kind: "removed", path });
    return;
  }
  const before = changes.length;
  if (directory !== undefined) addChanges(directory, changes);
  if (original === undefined) changes.push({ kind: "added", path });
  else if (
    changes.length > before || !isSameDirectory(status, original)
  ) changes.push({ kind: "changed", path });
}

/**
 * Whether a directory is as it was. Directories are copied up with their times,
 * whenever anything in them is.
 */
export function isSameDirectory(a: FileStatus, b: FileStatus): boolean {
  return isDirectory(a) && isDirectory(b) && a.mode === b.mode &&
    a.uid === b.uid && a.gid === b.gid &&
    a.modified.seconds === b.modified.seconds &&
    a.modified.nanoseconds === b.modified.nanoseconds;
}
