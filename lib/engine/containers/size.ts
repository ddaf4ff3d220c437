/**
 * How large containers are.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { DiskMeter } from "../../storage/disk_usage.ts";
import { snapshotIn } from "../../storage/snapshot.ts";
import type { ContainerConfig } from "../container_config.ts";
import { containerDirectory } from "./records.ts";

/** What a container's files hold, in bytes. */
export interface ContainerSize {
  /** What it has written itself. */
  readonly writtenBytes: number;
  /** That, and its image. */
  readonly totalBytes: number;
}

/**
 * Measures containers, each layer of their images once.
 *
 * @returns A function that measures one; it reads all its directories.
 */
export function sizeMeter(
  paths: HostPaths,
): (config: Pick<ContainerConfig, "id" | "layers">) => ContainerSize {
  const layers = new Map<string, number>();
  const layerBytes = (path: string): number => {
    const known = layers.get(path);
    if (known !== undefined) return known;
    const bytes = new DiskMeter("contents").measure(path);
    layers.set(path, bytes);
    return bytes;
  };
  return (config) => {
    const directory = containerDirectory(paths, config.id);
    const { upper, lower } = snapshotIn(directory, config.layers);
    const writtenBytes = new DiskMeter("contents").measure(upper);
    const imageBytes = lower.reduce((sum, path) => sum + layerBytes(path), 0);
    return { writtenBytes, totalBytes: writtenBytes + imageBytes };
  };
}
