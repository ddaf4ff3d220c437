/**
 * What takes room on the disk, and how much of it could be had back.
 *
 * @module
 */
import type { HostPaths } from "../base/host_paths.ts";
import { DiskMeter } from "../storage/disk_usage.ts";
import { type ContainerSummary, listContainers } from "./containers/list.ts";
import { containerDirectory } from "./containers/records.ts";
import { listLayers, type StoredLayer } from "./images/layer_usage.ts";

/** A layer and its size. */
export interface LayerUsage extends StoredLayer {
  readonly sizeBytes: number;
  /** When it was unpacked, milliseconds since the epoch. */
  readonly createdMs: number;
}

/** A container and the size of its changes, its log and its records. */
export interface ContainerUsage extends ContainerSummary {
  readonly sizeBytes: number;
}

/** Everything that takes room. */
export interface DiskUsage {
  readonly layers: readonly LayerUsage[];
  readonly containers: readonly ContainerUsage[];
}

/** Measures everything; reads the status of every file there is. */
export function measureDiskUsage(paths: HostPaths): DiskUsage {
  const meter = new DiskMeter();
  return {
    layers: listLayers(paths).map((layer) => ({
      ...layer,
      sizeBytes: meter.measure(layer.directory),
      createdMs: changedMs(layer.directory),
    })),
    containers: listContainers(paths).map((container) => ({
      ...container,
      sizeBytes: meter.measure(containerDirectory(paths, container.config.id)),
    })),
  };
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

/** A kind of things that take room. */
export interface UsageSum {
  readonly type: "Images" | "Containers" | "Local Volumes" | "Build Cache";
  readonly total: number;
  /** How many are in use. */
  readonly active: number;
  readonly sizeBytes: number;
  /** How much those take that are not. */
  readonly reclaimableBytes: number;
}

/**
 * The sums by kind, in docker's order; there are no volumes and no cache yet.
 *
 * A container that runs, is paused or is about to be started again is in use;
 * a layer is if a container needs it.
 */
export function sumDiskUsage({ layers, containers }: DiskUsage): UsageSum[] {
  const isActive = ({ status: { state } }: ContainerUsage): boolean =>
    state !== "created" && state !== "exited";
  return [
    sum("Images", layers, (layer) => layer.containers > 0),
    sum("Containers", containers, isActive),
    sum("Local Volumes", [], () => true),
    sum("Build Cache", [], () => true),
  ];
}

function sum<T extends { readonly sizeBytes: number }>(
  type: UsageSum["type"],
  things: readonly T[],
  isActive: (thing: T) => boolean,
): UsageSum {
  const total = (some: readonly T[]): number =>
    some.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0);
  return {
    type,
    total: things.length,
    active: things.filter(isActive).length,
    sizeBytes: total(things),
    reclaimableBytes: total(things.filter((thing) => !isActive(thing))),
  };
}
