/**
 * Layers whose files belong to a container's ids on disk, for kernels and file
 * systems that cannot map the owners while mounting. Each layer is copied once
 * for each mapping.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import { describeErrno, isSyscallError } from "../../ffi/errno.ts";
import { HostError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { lockFile } from "./file_lock.ts";
import { GrowingTree, makePrivate, OPEN_DIRECTORY } from "./growing_tree.ts";
import type { OwnerMappings } from "./owner_shift.ts";
import { copyShifted } from "./shifted_copy.ts";
import { tryStat } from "./source_record.ts";
import { sweepTemporaryTrees } from "./temporary_trees.ts";

/** Hexadecimal digits of a mapping's digest in the name of a copy. */
const KEY_DIGITS = 16;

/**
 * The copy of a layer with its owners shifted; made if there is none. Safe
 * against other processes that do the same: one of them copies.
 *
 * @param directory The layer: one of the store, or the mount points.
 * @returns Absolute path of the copy.
 * @throws {HostError} If the directory is not tsdocker's own, so that it may
 * change; or if the host refuses something: no space.
 */
export async function shiftLayer(
  paths: HostPaths,
  directory: string,
  mappings: OwnerMappings,
): Promise<string> {
  assertOwn(paths, directory);
  const base = directory.slice(directory.lastIndexOf("/") + 1);
  const name = `${base}+${await mappingKey(mappings)}`;
  const path = `${paths.layers}/${name}`;
  if (tryStat(path) !== undefined) return path;
  makePrivate(paths.layers);
  makePrivate(paths.sources);
  using _lock = await lockFile(`${paths.sources}/${name}.lock`);
  // While we waited another process may have done it.
  if (tryStat(path) === undefined) {
    sweepTemporaryTrees(paths);
    copyLayer(paths.layers, directory, { name, mappings });
  }
  return path;
}

function copyLayer(
  layers: string,
  directory: string,
  { name, mappings }: { name: string; mappings: OwnerMappings },
): void {
  try {
    using store = openat(AT_FDCWD, layers, OPEN_DIRECTORY);
    using source = openat(AT_FDCWD, directory, OPEN_DIRECTORY);
    using tree = new GrowingTree(layers, store);
    copyShifted(source.number, tree.root.number, mappings);
    tree.publish(name);
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    throw new HostError(
      `Cannot copy the layer "${directory}" for a user namespace: ${error.call}: ${
        describeErrno(error.errno)
      }`,
      { cause: error },
    );
  }
}

/** A directory of the user's may change, and a copy of it would not. */
function assertOwn(paths: HostPaths, directory: string): void {
  const isLayer = directory.startsWith(`${paths.layers}/`);
  if (isLayer || directory === paths.mountPoints) return;
  throw new HostError(
    `Cannot use "${directory}" with a user namespace: its file system or this kernel cannot map the owners of its files`,
    { advice: "tar the directory and run the archive, or --userns host" },
  );
}

/** Tells mappings apart: the same ranges in another order are another one. */
async function mappingKey(mappings: OwnerMappings): Promise<string> {
  const text = JSON.stringify(
    [mappings.uid, mappings.gid].map((ranges) =>
      ranges.map(({ containerID, hostID, size }) => [containerID, hostID, size])
    ),
  );
  const bytes = new TextEncoder().encode(text);
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(digest).toHex().slice(0, KEY_DIGITS);
}
