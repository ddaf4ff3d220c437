/**
 * Unpacks an archive file into the layer store. The tree grows under a
 * temporary name with a lock on it and gets its real name when it is whole, so
 * whatever has a real name is whole, and an unlocked temporary one is dead.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import type { Fd } from "../../ffi/fd.ts";
import { type Digest, digestHex } from "../base/digest.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { type ArchiveFile, openArchiveFile } from "./archive_file.ts";
import { lockFile } from "./file_lock.ts";
import { GrowingTree, makePrivate, OPEN_DIRECTORY } from "./growing_tree.ts";
import {
  findLayer,
  type Layer,
  layerAt,
  recordSource,
  sourceKey,
  tryStat,
} from "./source_record.ts";
import { sweepTemporaryTrees } from "./temporary_trees.ts";
import { TarReader } from "./tar/reader.ts";
import { unpack } from "./tar/unpack.ts";

/**
 * Unpacks an archive that no record tells the layer of.
 *
 * @see {@linkcode ensureLayer} in layer_store.ts
 */
export async function unpackLayer(
  paths: HostPaths,
  archive: string,
): Promise<Layer> {
  makePrivate(paths.layers);
  makePrivate(paths.sources);
  const readSinceMs = Date.now();
  using _lock = await lockSource(paths, archive);
  // While we waited another process may have done it.
  const known = findLayer(paths, archive);
  if (known !== undefined) return known;
  using file = await openArchiveFile(archive);
  using store = openat(AT_FDCWD, paths.layers, OPEN_DIRECTORY);
  sweepTemporaryTrees(paths);
  const diffId = await unpackInto(paths.layers, { archive, file, store });
  recordSource(paths, { fd: file.fd, readSinceMs }, diffId);
  return layerAt(paths, diffId);
}

/** One process at a time unpacks a file; there is none if it is missing. */
async function lockSource(
  paths: HostPaths,
  archive: string,
): Promise<Disposable | undefined> {
  const status = tryStat(archive);
  if (status === undefined) return undefined;
  return await lockFile(`${paths.sources}/${sourceKey(status)}.lock`);
}

interface Unpacking {
  readonly archive: string;
  readonly file: ArchiveFile;
  readonly store: Fd;
}

async function unpackInto(
  layers: string,
  { archive, file, store }: Unpacking,
): Promise<Digest> {
  using tree = new GrowingTree(layers, store);
  const diffId = await unpackTree(archive, file, tree.root);
  tree.publish(digestHex(diffId));
  return diffId;
}

async function unpackTree(
  archive: string,
  file: ArchiveFile,
  root: Fd,
): Promise<Digest> {
  try {
    using reader = new TarReader(file, archive);
    unpack(reader, { root: root.number, label: archive });
    reader.drain();
  } catch (error) {
    // An archive cut short by corrupt compression is not the archive's fault.
    throw await file.explainEnd() ?? error;
  }
  return await file.finish();
}
