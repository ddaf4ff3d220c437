/**
 * Unpacks an archive file into the layer store. The tree grows under a
 * temporary name with a lock on it and gets its real name when it is whole, so
 * whatever has a real name is whole, and an unlocked temporary one is dead.
 *
 * @module
 */
import { openat, renameNoReplace } from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { type Digest, digestHex } from "../base/digest.ts";
import { HostError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { type ArchiveFile, openArchiveFile } from "./archive_file.ts";
import { isNamed, lockFile, tryLock } from "./file_lock.ts";
import { removeTree } from "../base/remove_tree.ts";
import {
  findLayer,
  type Layer,
  layerAt,
  recordSource,
  sourceKey,
  tryStat,
} from "./source_record.ts";
import { sweepTemporaryTrees, TEMPORARY_PREFIX } from "./temporary_trees.ts";
import { TarReader } from "./tar/reader.ts";
import { unpack } from "./tar/unpack.ts";

const PRIVATE_MODE = 0o700;
const OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

/** A tree that is being unpacked. */
interface TemporaryTree {
  readonly name: string;
  /** The tree's root, locked. */
  readonly root: Fd;
}

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
  using stack = new DisposableStack();
  const tree = makeTemporaryTree(layers, store);
  stack.use(tree.root);
  stack.defer(() => removeTree(store.number, tree.name));
  const diffId = await unpackTree(archive, file, tree.root);
  publish(store, tree.name, diffId);
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

/** Gives a whole tree its real name; the same content may have it already. */
function publish(store: Fd, name: string, diffId: Digest): void {
  const directory = store.number;
  try {
    renameNoReplace(
      { directory, name },
      { directory, name: digestHex(diffId) },
    );
  } catch (error) {
    // The temporary tree is removed with its stack, as after a failure.
    if (!isSyscallError(error, "EEXIST")) throw error;
  }
}

function makeTemporaryTree(layers: string, store: Fd): TemporaryTree {
  for (;;) {
    const name = `${TEMPORARY_PREFIX}${crypto.randomUUID()}`;
    Deno.mkdirSync(`${layers}/${name}`, { mode: PRIVATE_MODE });
    try {
      const root = openat(store.number, name, OPEN_DIRECTORY);
      // Between the two calls above and here it looks dead to a sweeper.
      if (tryLock(root) && isNamed(root, `${layers}/${name}`)) {
        return { name, root };
      }
      root[Symbol.dispose]();
    } catch (error) {
      if (!isSyscallError(error, "ENOENT")) throw error;
    }
  }
}

function makePrivate(directory: string): void {
  try {
    Deno.mkdirSync(directory, { recursive: true, mode: PRIVATE_MODE });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HostError(`Cannot create "${directory}": ${reason}`, {
      cause,
      advice: "run it as root, or choose another --root",
    });
  }
}
