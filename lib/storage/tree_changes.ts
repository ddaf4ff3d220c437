/**
 * What is different in the files that two stacks of layers show, read without a
 * mount. What both have of the same layers is not looked at.
 *
 * @module
 */
import { type FileStatus, isDirectory } from "../../ffi/calls/stat.ts";
import { S_IFLNK, S_IFMT } from "../../ffi/constants/stat.ts";
import type { Fd } from "../../ffi/fd.ts";
import { isSameDirectory, type LayerChange } from "./layer_changes.ts";
import {
  type LayerFile,
  MergedDirectory,
  type MergedPath,
  openLayers,
  openPath,
} from "./merged_layers.ts";
import type { ByteString } from "./tar/byte_string.ts";
import { readLink } from "./tree_entry.ts";

const ROOT = "" as ByteString;

/**
 * Lists what has been added, changed and removed, sorted by path. Files count
 * as the same if all is the same that is told of them: kind, mode, owner, size,
 * time. A directory counts as changed if anything in it is.
 *
 * @param before Layers, absolute paths, the topmost first.
 * @param after As `before`.
 * @throws {SyscallError} If a layer cannot be read.
 */
export function compareTrees(
  before: readonly string[],
  after: readonly string[],
): LayerChange[] {
  const paths = [...new Set([...before, ...after])];
  using opened = openLayers(paths);
  const { layers } = opened.root;
  // In common, so that it shows what they have in common.
  const rootOf = (stack: readonly string[]): MergedPath => ({
    prefix: ROOT,
    layers: stack.flatMap((path) => layers[paths.indexOf(path)] ?? []),
  });
  const changes: LayerChange[] = [];
  addChanges({ before: rootOf(before), after: rootOf(after) }, changes);
  return changes.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** One directory on both sides. */
interface Sides {
  readonly before: MergedPath;
  readonly after: MergedPath;
}

/** One name on both sides. */
interface Compared {
  readonly name: ByteString;
  readonly path: ByteString;
  readonly old: LayerFile | undefined;
  readonly now: LayerFile | undefined;
  readonly children: Sides;
}

function addChanges({ before, after }: Sides, changes: LayerChange[]): void {
  if (isSameStack(before.layers, after.layers)) return;
  const subdirectories: Compared[] = [];
  {
    using one = new MergedDirectory(before);
    using other = new MergedDirectory(after);
    const names = new Set([...one.names(), ...other.names()]);
    for (const name of names) {
      const compared: Compared = {
        name,
        path: `/${after.prefix}${name}` as ByteString,
        old: one.find(name),
        now: other.find(name),
        children: { before: one.child(name), after: other.child(name) },
      };
      if (isDirectoryNow(compared)) subdirectories.push(compared);
      else addFile(compared, changes);
    }
  }
  // Nothing is open any more: trees are deeper than there are descriptors.
  for (const compared of subdirectories) addDirectory(compared, changes);
}

function isDirectoryNow({ now }: Compared): boolean {
  return now !== undefined && isDirectory(now.status);
}

function addFile(compared: Compared, changes: LayerChange[]): void {
  const { path, old, now } = compared;
  if (now === undefined) changes.push({ kind: "removed", path });
  else if (old === undefined) changes.push({ kind: "added", path });
  else if (!isSameFile(compared.name, old, now)) {
    changes.push({ kind: "changed", path });
  }
}

function addDirectory(
  { path, old, now, children }: Compared,
  changes: LayerChange[],
): void {
  const count = changes.length;
  addChanges(children, changes);
  if (old === undefined) changes.push({ kind: "added", path });
  else if (
    changes.length > count || !now || !isSameDirectory(old.status, now.status)
  ) changes.push({ kind: "changed", path });
}

function isSameFile(name: ByteString, old: LayerFile, now: LayerFile): boolean {
  const [a, b] = [old.status, now.status];
  return isSameStatus(a, b) &&
    ((a.mode & S_IFMT) !== S_IFLNK ||
      targetOf(old.directory, name) === targetOf(now.directory, name));
}

function isSameStatus(a: FileStatus, b: FileStatus): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid &&
    a.sizeBytes === b.sizeBytes && a.specialMajor === b.specialMajor &&
    a.specialMinor === b.specialMinor &&
    a.modified.seconds === b.modified.seconds &&
    a.modified.nanoseconds === b.modified.nanoseconds;
}

function targetOf(directory: Fd, name: ByteString): ByteString | undefined {
  using link = openPath(directory, name);
  return link && readLink(link);
}

function isSameStack(a: readonly Fd[], b: readonly Fd[]): boolean {
  return a.length === b.length && a.every((layer, index) => layer === b[index]);
}
