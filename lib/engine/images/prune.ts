/**
 * Removes images that nothing needs, and content that no image needs.
 *
 * @module
 */
import { digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { familiarName, parseReference } from "../../oci/reference.ts";
import { DiskMeter } from "../../storage/disk_usage.ts";
import { readImageDocument } from "../../storage/image_store.ts";
import { lockWithin } from "../containers/lock.ts";
import {
  fitsFilter,
  PRUNE_ALL,
  type Pruned,
  type PruneFilter,
  type PruneOptions,
} from "../containers/prune.ts";
import type { Engine } from "../engine.ts";
import { findGarbage, type Garbage, removeGarbage } from "./garbage.ts";
import { recordImagePrune } from "./image_event.ts";
import { readConfigs, usesImage } from "./image_users.ts";
import { listNamedImages, type NamedImage } from "./named_images.ts";
import { removeNamedImage } from "./remove_image.ts";

/** Which images are removed, and how. */
export interface ImagePruneOptions extends PruneOptions {
  /**
   * Those without a name, or all; and of layers that archives have been
   * unpacked to, those of archives that have changed since, or all.
   */
  readonly which: "dangling" | "unused";
  /** Containers that count as gone, for a `dry-run` that would remove them. */
  readonly without?: readonly string[];
}

/** How long others may take to add what they are adding. */
const HOLD_TIMEOUT_MS = 10_000;
const NOTHING: Pruned = { ids: [], reclaimedBytes: 0 };

/**
 * Removes images that no container needs, and all that crashes and others have
 * left in the store. An archive whose layer is removed is unpacked again when
 * it is used again.
 *
 * @returns Lines as docker has them: `untagged: …`, `deleted: …`.
 */
export async function pruneImages(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  options: ImagePruneOptions,
): Promise<Pruned> {
  const lock = lockWithin(paths.layers, HOLD_TIMEOUT_MS);
  if (lock === "missing") return NOTHING;
  if (lock === "busy") {
    warn("Images are left alone: others are being added, or containers made");
    return NOTHING;
  }
  using locked = lock;
  const { pruned, garbage } = plan(paths, options);
  const ids = [
    ...pruned.flatMap(imageLines),
    ...garbage.layers.map((name) => `deleted: sha256:${name}`),
  ];
  if (options.mode === "dry-run") {
    return { ids, reclaimedBytes: measure(paths, garbage) };
  }
  for (const image of pruned) await removeNamedImage(paths, image);
  const reclaimedBytes = await removeGarbage(paths, garbage, locked);
  recordImagePrune(paths, reclaimedBytes);
  return { ids, reclaimedBytes };
}

interface Plan {
  readonly pruned: readonly NamedImage[];
  readonly garbage: Garbage;
}

function plan(
  paths: HostPaths,
  { which, filter, without = [] }: ImagePruneOptions,
): Plan {
  const containers = readConfigs(paths, without);
  const all = listNamedImages(paths);
  const pruned = all.filter((named) =>
    (which === "unused" || named.names.length === 0) &&
    !containers.some((config) => usesImage(paths, config, named.image)) &&
    isWanted(paths, named, filter)
  );
  const images = all.filter((image) => !pruned.includes(image));
  // Nothing tells when an archive was made, and it has no labels.
  const keepsArchives = which === "dangling" || !isEverything(filter);
  const archives = keepsArchives ? "keep" : "remove";
  return {
    pruned,
    garbage: findGarbage(paths, { images, containers }, archives),
  };
}

function isWanted(
  paths: HostPaths,
  { image }: NamedImage,
  filter: PruneFilter,
): boolean {
  if (isEverything(filter)) return true;
  const { createdMs } = image;
  const { Labels: labels = {} } = readImageDocument(paths, image).config;
  return fitsFilter({ createdMs, labels }, filter);
}

function isEverything(filter: PruneFilter): boolean {
  return filter.untilMs === PRUNE_ALL.untilMs &&
    filter.labels.length === 0 && filter.withoutLabels.length === 0;
}

function imageLines({ image, names }: NamedImage): string[] {
  return [
    ...names.map((name) => `untagged: ${familiarName(parseReference(name))}`),
    `deleted: ${image.config.digest}`,
  ];
}

function measure(
  paths: HostPaths,
  { layers, blobs, leftovers }: Garbage,
): number {
  const meter = new DiskMeter();
  return [
    ...layers.map((name) => `${paths.layers}/${name}`),
    ...blobs.map((digest) => `${paths.blobs}/sha256/${digestHex(digest)}`),
    ...leftovers,
  ].reduce((sum, path) => sum + meter.measure(path), 0);
}
