/**
 * A container's copy-on-write view of its image: read-only layers below, one
 * directory of changes on top.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD, O_DIRECTORY, O_PATH } from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { openInRoot } from "../base/open_in_root.ts";
import type { OverlayDirectories } from "./overlay.ts";

/** Where a snapshot keeps its parts; absolute paths on the host. */
export interface Snapshot {
  /** Read-only layers, the topmost first. */
  readonly lower: readonly string[];
  readonly upper: string;
  readonly work: string;
  /** Where the overlay is mounted, in the container's namespace only. */
  readonly merged: string;
}

/** The snapshot kept in a container's directory. */
export function snapshotIn(
  directory: string,
  lower: readonly string[],
): Snapshot {
  return {
    lower,
    upper: `${directory}/upper`,
    work: `${directory}/work`,
    merged: `${directory}/merged`,
  };
}

/** Creates the directories of a new snapshot; their parent must exist. */
export function createSnapshot(snapshot: Snapshot): void {
  Deno.mkdirSync(snapshot.upper);
  // The overlay's root takes its owner and mode from the upper directory.
  const [top] = snapshot.lower;
  if (top !== undefined) copyOwnerAndMode(top, snapshot.upper);
  Deno.mkdirSync(snapshot.work, { mode: 0o700 });
  Deno.mkdirSync(snapshot.merged, { mode: 0o700 });
}

function copyOwnerAndMode(from: string, to: string): void {
  const { uid, gid, mode } = Deno.statSync(from);
  if (uid !== null && gid !== null) Deno.chownSync(to, uid, gid);
  if (mode !== null) Deno.chmodSync(to, mode & 0o7777);
}

/** The snapshot's directories as an overlay mount wants them. */
export function overlayDirectories(
  snapshot: Snapshot,
  changes: OverlayDirectories["changes"],
): OverlayDirectories {
  return { ...snapshot, changes };
}

/**
 * The directories that an overlay of a snapshot is made of, each once: those to
 * cover where owners are mapped while mounting.
 */
export function snapshotDirectories(
  { lower, upper }: Pick<Snapshot, "lower" | "upper">,
): string[] {
  const parent = upper.slice(0, upper.lastIndexOf("/"));
  return [...new Set([...lower, parent])];
}

/** No file read through {@linkcode readSnapshotFile} may be larger. */
const MAX_FILE_BYTES = 16 * 1024 * 1024;

/**
 * Reads a small file as the container would see it, without a mount.
 *
 * @param path Absolute inside the container; links are followed within the
 * layer that has the file.
 * @returns Its text, or `undefined` if there is no such regular file.
 */
export function readSnapshotFile(
  snapshot: Snapshot,
  path: string,
): string | undefined {
  for (const layer of [snapshot.upper, ...snapshot.lower]) {
    const file = openInLayer(layer, path);
    if (file === "absent") continue;
    if (file === "covered") return undefined;
    using found = file;
    const stat = Deno.statSync(found.path);
    // A whiteout is no regular file either: the file has been removed.
    if (!stat.isFile || stat.size > MAX_FILE_BYTES) return undefined;
    return Deno.readTextFileSync(found.path);
  }
  return undefined;
}

/**
 * Opens what a layer has at a path; `"absent"` lets lower layers be seen,
 * `"covered"` hides theirs: a file, whiteout or endless link of this layer is
 * where they have a directory.
 */
function openInLayer(layer: string, path: string): Fd | "absent" | "covered" {
  try {
    using root = openat(AT_FDCWD, layer, O_PATH | O_DIRECTORY);
    return openInRoot(root.number, path, O_PATH);
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return "absent";
    if (isSyscallError(error, "ENOTDIR", "ELOOP")) return "covered";
    throw error;
  }
}
