/**
 * What crashes and downloads that were given up leave in the store beside what
 * is whole. Nobody may be adding to the store meanwhile.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { HALF_WRITTEN } from "../../base/atomic_file.ts";
import { digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { namesIn } from "../../base/names_in.ts";
import { isNamed, tryLock } from "../../storage/file_lock.ts";
import {
  listDamagedRecords,
  listReferences,
} from "../../storage/image_store.ts";
import { listSources } from "./layer_usage.ts";

/** Files that are locked by whoever is at work: layers, blobs, archives. */
const LOCK = /^\.lock-|\.lock$/;
const HALF_COME = /^\.(?:partial|tmp)-/;
const HALF_WRITTEN_SOURCE = /^\d+-\d+-\d+\.\d+$/;

/** What is of no use; paths. */
export function listLeftovers(
  paths: HostPaths,
  isLayer: (hex: string) => boolean,
  isManifest: (hex: string) => boolean,
): string[] {
  const { blobs, layers, manifests, references, sources } = paths;
  const named = (directory: string, ...patterns: RegExp[]): string[] =>
    namesIn(directory)
      .filter((name) => patterns.some((pattern) => pattern.test(name)))
      .map((name) => `${directory}/${name}`);
  return [
    ...named(blobs, HALF_COME, LOCK),
    ...named(layers, LOCK),
    ...named(manifests, HALF_WRITTEN),
    ...named(references, HALF_WRITTEN),
    ...listDamagedRecords(paths),
    ...named(sources, HALF_WRITTEN_SOURCE, LOCK),
    ...listSources(paths)
      .filter(({ hexes }) =>
        !hexes.some((hex) => isLayer(hex) || isManifest(hex))
      )
      .map(({ path }) => path),
  ];
}

/** Names whose images are gone. */
export function listLostNames(
  paths: HostPaths,
  isManifest: (hex: string) => boolean,
): string[] {
  return listReferences(paths)
    .filter(({ manifest }) => !isManifest(digestHex(manifest)))
    .map(({ name }) => name);
}

/** Removes a leftover, unless it is a lock and somebody has it. */
export function removeLeftover(path: string): void {
  try {
    using file = openat(AT_FDCWD, path, O_RDONLY);
    if (LOCK.test(path.slice(path.lastIndexOf("/") + 1))) {
      if (!tryLock(file) || !isNamed(file, path)) return;
    }
    Deno.removeSync(path);
  } catch (error) {
    // Its owner was faster.
    const isGone = error instanceof Deno.errors.NotFound ||
      isSyscallError(error, "ENOENT");
    if (!isGone) throw error;
  }
}
