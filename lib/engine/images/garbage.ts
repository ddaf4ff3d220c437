/**
 * Content of the store that nothing needs: found and removed while the store
 * is locked against those who add to it.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import { type Digest, digestHex, isDigest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { namesIn } from "../../base/names_in.ts";
import { blobPath } from "../../storage/content_store.ts";
import { DiskMeter } from "../../storage/disk_usage.ts";
import { DoomedTrees } from "../../storage/doomed_trees.ts";
import { removeReference } from "../../storage/image_store.ts";
import { listLayers } from "./layer_usage.ts";
import { listLeftovers, listLostNames, removeLeftover } from "./leftovers.ts";
import { type ContentUsers, neededContent } from "./needed_content.ts";

/** What nothing needs. */
export interface Garbage {
  /** Names of directories of the layer store. */
  readonly layers: readonly string[];
  readonly blobs: readonly Digest[];
  /** Other files of the store; paths. */
  readonly leftovers: readonly string[];
  /** Names of images that are gone, in full. */
  readonly lostNames: readonly string[];
}

/**
 * Finds what nobody needs but these.
 *
 * @param archives What is done with layers that only archives unpack to.
 */
export function findGarbage(
  paths: HostPaths,
  users: ContentUsers,
  archives: "keep" | "remove",
): Garbage {
  const needed = neededContent(paths, users);
  const images = users.images.map(({ image }) => image);
  const manifests = new Set(
    images.map(({ manifest }) => digestHex(manifest.digest)),
  );
  const all = listLayers(paths, { images, containers: users.containers });
  const layers = all.filter(({ name, hasSource }) =>
    !needed.needsLayer(name) &&
    // A copy is only of use to containers; a layer also to an archive.
    (archives === "remove" || name.includes("+") || !hasSource)
  ).map(({ name }) => name);
  const kept = new Set(all.map(({ name }) => name));
  for (const name of layers) kept.delete(name);
  return {
    layers,
    blobs: listBlobs(paths)
      .filter((digest) => !needed.needsBlob(digestHex(digest))),
    leftovers: listLeftovers(
      paths,
      (hex) => kept.has(hex),
      (hex) => manifests.has(hex),
    ),
    lostNames: listLostNames(paths, (hex) => manifests.has(hex)),
  };
}

/** The digests of all blobs there are. */
export function listBlobs({ blobs }: Pick<HostPaths, "blobs">): Digest[] {
  return namesIn(`${blobs}/sha256`).map((name) => `sha256:${name}`)
    .filter(isDigest);
}

/**
 * Removes what nobody needs.
 *
 * @param lock The store's; let go of before what takes long, as all of it is
 * without a name by then.
 * @returns How much room it took, in bytes.
 */
export async function removeGarbage(
  paths: HostPaths,
  { layers, blobs, leftovers, lostNames }: Garbage,
  lock: Fd,
): Promise<number> {
  const meter = new DiskMeter();
  using trees = new DoomedTrees(paths.layers, meter);
  for (const name of lostNames) await removeReference(paths, name);
  for (const name of layers) trees.add(name);
  let bytes = 0;
  const files = blobs.map((digest) => blobPath(paths, digest));
  for (const path of [...files, ...leftovers]) {
    bytes += meter.measure(path);
    removeLeftover(path);
  }
  lock[Symbol.dispose]();
  return bytes + trees.remove();
}
