/**
 * What takes room on the disk, and how much of it could be had back.
 *
 * @module
 */
import { digestHex } from "../base/digest.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { namesIn } from "../base/names_in.ts";
import { blobPath } from "../storage/content_store.ts";
import { DiskMeter } from "../storage/disk_usage.ts";
import type { StoredImage } from "../storage/image_store.ts";
import { listVolumeNames } from "../storage/volume_store.ts";
import { volumePath } from "../storage/volume_path.ts";
import { type ContainerSummary, listContainers } from "./containers/list.ts";
import { containerDirectory } from "./containers/records.ts";
import { findGarbage, type Garbage, listBlobs } from "./images/garbage.ts";
import { usesImage } from "./images/image_users.ts";
import { listLayers, type UnpackedLayer } from "./images/layer_usage.ts";
import { listNamedImages, type NamedImage } from "./images/named_images.ts";
import { blobsOf } from "./images/needed_content.ts";
import { volumeUsers } from "./volumes/volume_users.ts";

/** An image and the room that its content takes, packed and unpacked. */
export interface ImageUsage extends NamedImage {
  readonly sizeBytes: number;
  /** Of content that other images have, too. */
  readonly sharedBytes: number;
  /** How many containers use it. */
  readonly containers: number;
}

/** A layer of no image, and its size. */
export interface LayerUsage extends UnpackedLayer {
  readonly sizeBytes: number;
  /** When it was unpacked, milliseconds since the epoch. */
  readonly createdMs: number;
}

/** A container and the size of its changes, its log and its records. */
export interface ContainerUsage extends ContainerSummary {
  readonly sizeBytes: number;
}

/** A volume and its size. */
export interface VolumeUsage {
  readonly name: string;
  /** How many containers have it. */
  readonly containers: number;
  readonly sizeBytes: number;
}

/** Everything that takes room; all sizes are as `du` counts them. */
export interface DiskUsage {
  readonly images: readonly ImageUsage[];
  /** What archives were unpacked to, and what was made for containers. */
  readonly layers: readonly LayerUsage[];
  readonly containers: readonly ContainerUsage[];
  readonly volumes: readonly VolumeUsage[];
  /** What several images have, each counted once. */
  readonly sharedBytes: number;
  /** What only images have that no container uses. */
  readonly unusedImageBytes: number;
  /** Of images that are gone, what containers still need of them, packed. */
  readonly keptBytes: number;
  /** What nothing needs: given up downloads, what crashes have left. */
  readonly leftoverBytes: number;
  /** Records, names, the log of events. */
  readonly recordBytes: number;
}

/** Measures everything; reads the status of every file there is. */
export function measureDiskUsage(paths: HostPaths): DiskUsage {
  const meter = new DiskMeter();
  const containers = listContainers(paths);
  const named = listNamedImages(paths);
  const configs = containers.map(({ config }) => config);
  const users = { images: named, containers: configs };
  const layers = listLayers(paths, {
    images: named.map(({ image }) => image),
    containers: configs,
  });
  const content = measureContent(paths, layers, meter);
  const garbage = findGarbage(paths, users, "keep");
  const garbageLayers = new Set(garbage.layers);
  const counted = named.map((image) => ({
    ...image,
    containers:
      configs.filter((config) => usesImage(paths, config, image.image)).length,
  }));
  const keys = sortContent(counted);
  const garbageBlobs = new Set<string>(garbage.blobs);
  const kept = listBlobs(paths).filter((digest) =>
    !keys.all.has(digest) && !garbageBlobs.has(digest)
  );
  const sizeOf = (of: Iterable<string>): number =>
    [...of].reduce((sum, key) => sum + (content.get(key) ?? 0), 0);
  return {
    images: counted.map((image) => {
      const own = contentKeys(image.image);
      return {
        ...image,
        sizeBytes: sizeOf(own),
        sharedBytes: sizeOf(own.intersection(keys.shared)),
      };
    }),
    layers: layers.filter(({ images, name }) =>
      images.length === 0 && !garbageLayers.has(name)
    ).map((layer) => ({
      ...layer,
      sizeBytes: content.get(layer.name) ?? 0,
      createdMs: changedMs(layer.directory),
    })),
    containers: containers.map((container) => ({
      ...container,
      sizeBytes: meter.measure(containerDirectory(paths, container.config.id)),
    })),
    volumes: measureVolumes(paths, meter),
    sharedBytes: sizeOf(keys.shared),
    unusedImageBytes: sizeOf(keys.all.difference(keys.used)),
    keptBytes: sizeOf(kept),
    leftoverBytes: sizeOf([...garbage.layers, ...garbage.blobs]) +
      measureLeftovers(paths, garbage, meter),
    recordBytes: measureRecords(paths, meter),
  };
}

/** Sizes of layers by name, of blobs by digest. */
function measureContent(
  paths: HostPaths,
  layers: readonly UnpackedLayer[],
  meter: DiskMeter,
): Map<string, number> {
  return new Map<string, number>([
    ...layers.map(({ name, directory }) =>
      [name, meter.measure(directory)] as const
    ),
    ...listBlobs(paths).map((digest) =>
      [digest, meter.measure(blobPath(paths, digest))] as const
    ),
  ]);
}

/** What an image has, as {@linkcode measureContent} calls it. */
function contentKeys(image: StoredImage): Set<string> {
  return new Set([
    ...blobsOf(image),
    ...image.layers.map(({ chainId }) => digestHex(chainId)),
  ]);
}

interface ContentOfImages {
  readonly all: Set<string>;
  readonly shared: Set<string>;
  readonly used: Set<string>;
}

function sortContent(
  images: readonly Pick<ImageUsage, "image" | "containers">[],
): ContentOfImages {
  const all = new Set<string>();
  const shared = new Set<string>();
  const used = new Set<string>();
  for (const { image, containers } of images) {
    for (const key of contentKeys(image)) {
      if (all.has(key)) shared.add(key);
      all.add(key);
      if (containers > 0) used.add(key);
    }
  }
  return { all, shared, used };
}

/** The others are among the records. */
function measureLeftovers(
  { blobs, layers }: HostPaths,
  { leftovers }: Garbage,
  meter: DiskMeter,
): number {
  return leftovers
    .filter((path) => [blobs, layers].some((at) => path.startsWith(`${at}/`)))
    .reduce((sum, path) => sum + meter.measure(path), 0);
}

function measureVolumes(paths: HostPaths, meter: DiskMeter): VolumeUsage[] {
  const users = volumeUsers(paths);
  return listVolumeNames(paths).map((name) => ({
    name,
    containers: users.get(name)?.length ?? 0,
    sizeBytes: meter.measure(volumePath(paths, name)),
  }));
}

/** All that is neither content nor a container nor a volume. */
function measureRecords(paths: HostPaths, meter: DiskMeter): number {
  const { root, containers, layers, blobs, volumes } = paths;
  const measured = [containers, layers, blobs, volumes];
  const rest = namesIn(root).map((name) => `${root}/${name}`)
    .filter((path) => !measured.includes(path));
  const directories = [root, ...measured, `${blobs}/sha256`];
  return rest.reduce((sum, path) => sum + meter.measure(path), 0) +
    directories.reduce((sum, path) => sum + ownBytes(path), 0);
}

/** Of a directory itself. */
function ownBytes(path: string): number {
  const BLOCK_BYTES = 512;
  try {
    return (Deno.lstatSync(path).blocks ?? 0) * BLOCK_BYTES;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}

/** A directory's last change: that of its name, as it was put in place. */
function changedMs(directory: string): number {
  try {
    return Deno.lstatSync(directory).ctime?.getTime() ?? 0;
  } catch (error) {
    // It has been pruned meanwhile.
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
