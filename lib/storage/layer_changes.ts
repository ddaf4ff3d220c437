/**
 * What a container has changed of its image, read from its own layer: nothing
 * is mounted, and the container may be running.
 *
 * @module
 * @see Linux Documentation/filesystems/overlayfs.rst, "whiteouts and opaque directories"
 */
import { type FileStatus, lstatat, openat } from "../../ffi/calls/file.ts";
import { fgetxattr } from "../../ffi/calls/xattr.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { S_IFCHR, S_IFDIR, S_IFMT } from "../../ffi/constants/stat.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { listNames } from "../base/directory_names.ts";
import type { Snapshot } from "./snapshot.ts";
import { type ByteString, byteString, kernelPath } from "./tar/byte_string.ts";

/** A file that is not as in the image. */
export interface LayerChange {
  readonly kind: "added" | "changed" | "removed";
  /** Absolute inside the container. */
  readonly path: ByteString;
}

const OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
const OPAQUE = "trusted.overlay.opaque";

/**
 * Lists what has been added, changed and removed, sorted by path. A directory
 * counts as changed if anything in it is.
 *
 * @throws {SyscallError} If a layer cannot be read.
 */
export function listChanges(
  { upper, lower }: Pick<Snapshot, "upper" | "lower">,
): LayerChange[] {
  using opened = new DisposableStack();
  const [top, ...layers] = [upper, ...lower].map((path) =>
    opened.use(openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY))
  );
  if (top === undefined) throw new TypeError("A snapshot has a directory");
  const changes: LayerChange[] = [];
  compareDirectory({ upper: top, lower: layers, prefix: "/" }, changes);
  return changes.sort((a, b) => a.path < b.path ? -1 : 1);
}

/** A directory of the container's layer, and what it covers. */
interface Compared {
  readonly upper: Fd;
  /** The same directory in the image's layers, the topmost first. */
  readonly lower: readonly Fd[];
  /** Its path, ending with a slash. */
  readonly prefix: string;
}

function compareDirectory(directory: Compared, changes: LayerChange[]): void {
  const { upper, lower, prefix } = directory;
  const names = listNames(upper.number);
  for (const bytes of names) {
    const name = byteString(bytes, 0, bytes.length);
    compareName(directory, name, changes);
  }
  if (!isOpaque(upper)) return;
  const kept = new Set(names.map((name) => byteString(name, 0, name.length)));
  for (const name of imageNames(lower)) {
    if (kept.has(name)) continue;
    changes.push({ kind: "removed", path: `${prefix}${name}` as ByteString });
  }
}

function compareName(
  { upper, lower, prefix }: Compared,
  name: ByteString,
  changes: LayerChange[],
): void {
  const status = tryStat(upper, name);
  // The container may have removed it just now.
  if (status === undefined) return;
  const path = `${prefix}${name}` as ByteString;
  const original = imageStatus(lower, name);
  if (isWhiteout(status)) {
    if (original !== undefined) changes.push({ kind: "removed", path });
    return;
  }
  const before = changes.length;
  if (isDirectory(status)) {
    compareChild({ upper, lower, prefix }, name, changes);
  }
  if (original === undefined) changes.push({ kind: "added", path });
  else if (
    changes.length > before || !isDirectory(status) ||
    !isSameDirectory(status, original)
  ) changes.push({ kind: "changed", path });
}

function compareChild(
  { upper, lower, prefix }: Compared,
  name: ByteString,
  changes: LayerChange[],
): void {
  using opened = new DisposableStack();
  const child = tryOpen(upper, name);
  if (child === undefined) return;
  opened.use(child);
  const below: Fd[] = [];
  for (const layer of lower) {
    const found = openInLayer(layer, name);
    if (found === "covering") break;
    if (found === "absent") continue;
    below.push(opened.use(found));
    if (isOpaque(found)) break;
  }
  compareDirectory(
    { upper: child, lower: below, prefix: `${prefix}${name}/` },
    changes,
  );
}

/** What the image has under a name. */
function imageStatus(
  lower: readonly Fd[],
  name: ByteString,
): FileStatus | undefined {
  for (const layer of lower) {
    const status = tryStat(layer, name);
    if (status !== undefined) return isWhiteout(status) ? undefined : status;
  }
  return undefined;
}

/** The names that the image has in a directory. */
function imageNames(lower: readonly Fd[]): Set<ByteString> {
  const names = new Set<ByteString>();
  const whiteouts = new Set<ByteString>();
  for (const layer of lower) {
    // Again: what a descriptor has listed once, it does not list anew.
    using again = openat(layer.number, ".", OPEN_DIRECTORY);
    for (const bytes of listNames(again.number)) {
      const name = byteString(bytes, 0, bytes.length);
      if (names.has(name) || whiteouts.has(name)) continue;
      const status = tryStat(layer, name);
      if (status === undefined) continue;
      (isWhiteout(status) ? whiteouts : names).add(name);
    }
  }
  return names;
}

/** `"covering"` hides what layers below have: it is no directory. */
function openInLayer(
  layer: Fd,
  name: ByteString,
): Fd | "absent" | "covering" {
  const status = tryStat(layer, name);
  if (status === undefined) return "absent";
  if (!isDirectory(status)) return "covering";
  return openat(layer.number, kernelPath(name), OPEN_DIRECTORY);
}

function tryOpen(directory: Fd, name: ByteString): Fd | undefined {
  try {
    return openat(directory.number, kernelPath(name), OPEN_DIRECTORY);
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

function tryStat(directory: Fd, name: ByteString): FileStatus | undefined {
  try {
    return lstatat(directory.number, kernelPath(name));
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return undefined;
    throw error;
  }
}

function isOpaque(directory: Fd): boolean {
  try {
    const Y = 0x79;
    return fgetxattr(directory.number, OPAQUE)[0] === Y;
  } catch (error) {
    if (isSyscallError(error, "ENODATA", "EOPNOTSUPP")) return false;
    throw error;
  }
}

function isWhiteout(status: FileStatus): boolean {
  return (status.mode & S_IFMT) === S_IFCHR && status.specialMajor === 0 &&
    status.specialMinor === 0;
}

function isDirectory({ mode }: FileStatus): boolean {
  return (mode & S_IFMT) === S_IFDIR;
}

/** Directories are copied up with their times, whenever anything in them is. */
function isSameDirectory(a: FileStatus, b: FileStatus): boolean {
  return isDirectory(b) && a.mode === b.mode && a.uid === b.uid &&
    a.gid === b.gid && a.modified.seconds === b.modified.seconds &&
    a.modified.nanoseconds === b.modified.nanoseconds;
}
