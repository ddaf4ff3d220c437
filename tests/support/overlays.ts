/**
 * Overlays in tests: changes made through one, the layer that they become, and
 * what a stack of layers shows.
 *
 * @module
 */
import { openat, readlinkat } from "../../ffi/calls/file.ts";
import { lstatat } from "../../ffi/calls/stat.ts";
import { unshare } from "../../ffi/calls/namespace.ts";
import { lgetxattr, llistxattr } from "../../ffi/calls/xattr.ts";
import { AT_FDCWD, O_CREAT, O_WRONLY } from "../../ffi/constants/fcntl.ts";
import { MOUNT } from "../../ffi/constants/mount.ts";
import { CLONE } from "../../ffi/constants/sched.ts";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../ffi/constants/stat.ts";
import { syscall } from "../../ffi/syscall.ts";
import { digestOf } from "../../lib/base/digest.ts";
import { hostPaths } from "../../lib/base/host_paths.ts";
import { PrivateMounts } from "../../lib/runtime/rootfs/private_mounts.ts";
import { LayerDiff } from "../../lib/storage/layer_diff.ts";
import { ensureLayerBlob } from "../../lib/storage/layer_unpack.ts";
import {
  overlayOptions,
  readonlyOverlayOptions,
} from "../../lib/storage/overlay.ts";
import {
  createSnapshot,
  overlayDirectories,
  type Snapshot,
  snapshotIn,
} from "../../lib/storage/snapshot.ts";
import { writeArchive } from "../../lib/storage/tar/writer.ts";

/** A new container's snapshot of layers, in a new directory. */
export function makeSnapshot(
  directory: string,
  lower: readonly string[],
): Snapshot {
  Deno.mkdirSync(directory);
  const snapshot = snapshotIn(directory, lower);
  createSnapshot(snapshot);
  return snapshot;
}

/** Does something in what a snapshot shows; nothing stays mounted. */
export function inOverlay<T>(
  snapshot: Snapshot,
  access: "changed" | "read",
  use: (root: string) => T,
): T {
  const options = access === "changed"
    ? overlayOptions(overlayDirectories(snapshot, "kept"))
    : readonlyOverlayOptions(snapshot).filter((option) => option !== "ro");
  using _mounts = new PrivateMounts();
  unshare(CLONE.CLONE_FS | CLONE.CLONE_NEWNS);
  syscall("mount", null, "/", null, MOUNT.MS_REC | MOUNT.MS_PRIVATE, null);
  const flags = access === "read" ? MOUNT.MS_RDONLY : 0;
  const data = options.join(",");
  syscall("mount", "overlay", snapshot.merged, "overlay", flags, data);
  return use(snapshot.merged);
}

/** Writes the changes of a snapshot as an archive. */
export function writeChanges(
  snapshot: Snapshot,
  archive: string,
): Uint8Array<ArrayBuffer> {
  {
    using diff = new LayerDiff(snapshot);
    using file = openat(AT_FDCWD, archive, O_CREAT | O_WRONLY, 0o600);
    writeArchive(diff, file.number);
  }
  return Deno.readFileSync(archive);
}

/**
 * Makes the changes of a snapshot the topmost layer, by way of an archive.
 *
 * @param directory Where archive and layers are.
 * @returns The layers, the topmost first.
 */
export async function commitLayer(
  directory: string,
  snapshot: Snapshot,
): Promise<string[]> {
  const archive = `${snapshot.upper}.tar`;
  const digest = await digestOf(writeChanges(snapshot, archive));
  const paths = hostPaths({ root: directory, runRoot: directory });
  const parents = snapshot.lower;
  const names = parents.map((path) => path.slice(-64)).join();
  const chain = new TextEncoder().encode(`${names} ${digest}`);
  const layer = await ensureLayerBlob(paths, {
    archive,
    diffId: digest,
    chainId: await digestOf(chain),
    parents,
  });
  return [layer, ...parents];
}

/**
 * Everything about the files of a tree, a line each: equal for equal trees.
 * Times are in seconds, as archives have them.
 */
export function listTree(root: string): string[] {
  const lines: string[] = [];
  const names = new Map<bigint, string>();
  const visit = (path: string): void => {
    const { mode, uid, gid, modified, inode, ...status } = lstatat(
      AT_FDCWD,
      `${root}${path}`,
    );
    const kind = mode & S_IFMT;
    const isFile = kind === S_IFREG;
    if (!names.has(inode)) names.set(inode, path);
    lines.push([
      path,
      mode.toString(8),
      `${uid}:${gid}`,
      // The root's is that of the container's own directory.
      path === "/" ? "-" : modified.seconds,
      isFile ? Deno.readTextFileSync(`${root}${path}`) : "",
      kind === 0o120000 ? linkTarget(`${root}${path}`) : "",
      `${status.specialMajor},${status.specialMinor}`,
      kind === S_IFDIR ? "" : names.get(inode),
      ...attributes(`${root}${path}`),
    ].join("\t"));
    if (kind !== S_IFDIR) return;
    const children = [...Deno.readDirSync(`${root}${path}`)];
    for (const name of children.map((child) => child.name).sort()) {
      visit(path === "/" ? `/${name}` : `${path}/${name}`);
    }
  };
  visit("/");
  return lines;
}

function linkTarget(path: string): string {
  return new TextDecoder().decode(readlinkat(AT_FDCWD, path));
}

function attributes(path: string): string[] {
  return llistxattr(path).map((name) =>
    `${new TextDecoder().decode(name)}=${lgetxattr(path, name).toHex()}`
  ).filter((text) => !text.startsWith("trusted.")).sort();
}
