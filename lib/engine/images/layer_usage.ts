/**
 * Which layers of the store are in use, and by whom.
 *
 * @module
 */
import { digestHex, parseDigest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerConfig } from "../container_config.ts";
import { listIds } from "../containers/list.ts";
import { readConfig } from "../containers/records.ts";

/** A directory of the store: a layer, or a copy of one for other owners. */
export interface StoredLayer {
  /** The name of its directory. */
  readonly name: string;
  readonly directory: string;
  /** How many containers need it. */
  readonly containers: number;
  /** Whether an archive is known to unpack to it. */
  readonly hasSource: boolean;
}

/** A layer, or what is copied: a layer or the mount points; and of whom. */
const LAYER = /^(?:[0-9a-f]{64}|(?:[0-9a-f]{64}|mountpoints)\+[0-9a-f]{16})$/;
/** Records; beside them are locks, and records half written. */
const SOURCE = /^\d+-\d+-\d+$/;

/**
 * The layers there are, without those that are being unpacked.
 *
 * @param without Containers that count as gone.
 */
export function listLayers(
  paths: HostPaths,
  without: readonly string[] = [],
): StoredLayer[] {
  const configs = listIds(paths).filter((id) => !without.includes(id))
    .flatMap((id) => readConfig(paths, id) ?? []);
  const sources = new Set(listSources(paths).map(({ layer }) => layer));
  return namesIn(paths.layers).filter((name) => LAYER.test(name)).map(
    (name) => ({
      name,
      directory: `${paths.layers}/${name}`,
      containers: configs.filter((config) => needs(paths, config, name)).length,
      hasSource: sources.has(originOf(name)),
    }),
  );
}

/** Whether a container needs a directory of the store. */
function needs(
  paths: HostPaths,
  { layers, idMappings, layerOwners }: ContainerConfig,
  name: string,
): boolean {
  if (layers.includes(`${paths.layers}/${name}`)) return true;
  // Its copies are being made, or about to be: nothing tells which they are.
  const isUndecided = idMappings !== undefined && layerOwners === undefined;
  return isUndecided && name !== originOf(name);
}

/** The name of the layer that this one is, or is a copy of. */
function originOf(name: string): string {
  return name.replace(/\+.*/, "");
}

/** What is known of an archive. */
export interface SourceRecord {
  readonly path: string;
  /** The name of the layer that it unpacks to. */
  readonly layer: string;
}

/** What is known of archives that have been unpacked. */
export function listSources({ sources }: HostPaths): SourceRecord[] {
  return namesIn(sources).filter((name) => SOURCE.test(name))
    .flatMap((name) => {
      const path = `${sources}/${name}`;
      const layer = layerOfRecord(path);
      return layer === undefined ? [] : [{ path, layer }];
    });
}

function layerOfRecord(path: string): string | undefined {
  try {
    const [, digest = ""] = Deno.readTextFileSync(path).split("\n");
    return digestHex(parseDigest(digest));
  } catch {
    // Damaged, or removed since it was listed: it tells of no layer.
    return undefined;
  }
}

function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch (error) {
    // Nothing has been unpacked yet.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
