/**
 * Which unpacked layers there are, and who needs them.
 *
 * @module
 */
import { readTextFileIfExists } from "../../base/atomic_file.ts";
import { type Digest, digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { namesIn } from "../../base/names_in.ts";
import { listImages, type StoredImage } from "../../storage/image_store.ts";
import { digestsOfRecord } from "../../storage/source_record.ts";
import type { ContainerConfig } from "../container_config.ts";
import { readConfigs } from "./image_users.ts";

/** A directory of the store: a layer, or a copy of one for other owners. */
export interface UnpackedLayer {
  /** The name of its directory. */
  readonly name: string;
  readonly directory: string;
  /** How many containers need it. */
  readonly containers: number;
  /** The images that have it, by their manifests. */
  readonly images: readonly Digest[];
  /** Whether an archive is known to unpack to it. */
  readonly hasSource: boolean;
}

/** Who needs layers. */
export interface LayerUsers {
  readonly images: readonly StoredImage[];
  readonly containers: readonly ContainerConfig[];
}

/** A layer, or what is copied: a layer or the mount points; and of whom. */
const LAYER = /^(?:[0-9a-f]{64}|(?:[0-9a-f]{64}|mountpoints)\+[0-9a-f]{16})$/;
/** Records; beside them are locks, and records half written. */
const SOURCE = /^\d+-\d+-\d+$/;

/**
 * The layers there are, without those that are being unpacked.
 *
 * @param users Absent for all there are.
 */
export function listLayers(
  paths: HostPaths,
  users: LayerUsers = {
    images: listImages(paths),
    containers: readConfigs(paths),
  },
): UnpackedLayer[] {
  const sources = new Set(listSources(paths).flatMap(({ hexes }) => hexes));
  const images = imagesByLayer(users.images);
  return namesIn(paths.layers).filter((name) => LAYER.test(name)).map(
    (name) => ({
      name,
      directory: `${paths.layers}/${name}`,
      containers:
        users.containers.filter((config) => needsLayer(paths, config, name))
          .length,
      images: images.get(name) ?? [],
      hasSource: sources.has(originOf(name)),
    }),
  );
}

function imagesByLayer(images: readonly StoredImage[]): Map<string, Digest[]> {
  const byLayer = new Map<string, Digest[]>();
  for (const { manifest, layers } of images) {
    for (const { chainId } of layers) {
      const name = digestHex(chainId);
      byLayer.set(name, [...byLayer.get(name) ?? [], manifest.digest]);
    }
  }
  return byLayer;
}

/** Whether a container needs a directory of the store. */
export function needsLayer(
  paths: Pick<HostPaths, "layers">,
  { layers, imageMounts = [], idMappings, layerOwners }: ContainerConfig,
  name: string,
): boolean {
  const directory = `${paths.layers}/${name}`;
  if (layers.includes(directory)) return true;
  if (imageMounts.some((mount) => mount.layers.includes(directory))) {
    return true;
  }
  // Its copies are being made, or about to be: nothing tells which they are.
  const isUndecided = idMappings !== undefined && layerOwners === undefined;
  return isUndecided && name !== originOf(name);
}

/** The name of the layer that this one is, or is a copy of. */
export function originOf(name: string): string {
  return name.replace(/\+.*/, "");
}

/** What is known of an archive. */
export interface SourceRecord {
  readonly path: string;
  /** Hex of the layer's digest, or the images', that it was read to. */
  readonly hexes: readonly string[];
}

/** What is known of archives that have been read; not what is damaged. */
export function listSources({ sources }: HostPaths): SourceRecord[] {
  return namesIn(sources).filter((name) => SOURCE.test(name))
    .map((name) => {
      const path = `${sources}/${name}`;
      const record = readTextFileIfExists(path) ?? "";
      return { path, hexes: digestsOfRecord(record).map(digestHex) };
    })
    .filter(({ hexes }) => hexes.length > 0);
}
