/**
 * A container's copy-on-write view of its image: read-only layers below, one
 * directory of changes on top.
 *
 * @module
 */
import { statat } from "../../ffi/calls/stat.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import { readSmallFile } from "../base/small_file.ts";
import { MergedFiles } from "./merged_path.ts";
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
  const { uid, gid, mode } = statat(AT_FDCWD, from);
  Deno.chownSync(to, uid, gid);
  Deno.chmodSync(to, mode & 0o7777);
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

/**
 * Reads small files of a directory as the container would see them, without a
 * mount.
 *
 * @param directory Absolute inside the container; links are followed.
 * @returns The text of each, or `undefined` if there is no such regular file.
 */
export function readSnapshotFiles(
  { upper, lower }: Pick<Snapshot, "upper" | "lower">,
  directory: string,
  names: readonly string[],
): (string | undefined)[] {
  using files = new MergedFiles([upper, ...lower], directory);
  return names.map((name) => {
    using file = files.open(name);
    return file && readSmallFile(file);
  });
}
