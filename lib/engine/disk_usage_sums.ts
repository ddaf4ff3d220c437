/**
 * What takes room on the disk, added up. Pure.
 *
 * @module
 */
import type { ContainerUsage, DiskUsage, ImageUsage } from "./disk_usage.ts";

/** All of it, in bytes. */
export function totalBytes(usage: DiskUsage): number {
  const { images, layers, containers, volumes } = usage;
  const sized = [...layers, ...containers, ...volumes];
  return uniqueBytes(images) + usage.sharedBytes + usage.keptBytes +
    usage.leftoverBytes + usage.recordBytes +
    sized.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
}

function uniqueBytes(images: readonly ImageUsage[]): number {
  return images.reduce(
    (sum, { sizeBytes, sharedBytes }) => sum + sizeBytes - sharedBytes,
    0,
  );
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
 * The sums by kind, in docker's order; there is no build cache yet.
 *
 * A container that runs, is paused or is about to be started again is in use;
 * an image, a layer or a volume is if a container needs it.
 */
export function sumDiskUsage(usage: DiskUsage): UsageSum[] {
  const isActive = ({ status: { state } }: ContainerUsage): boolean =>
    state !== "created" && state !== "exited";
  return [
    sumImages(usage),
    sum("Containers", usage.containers, isActive),
    sum("Local Volumes", usage.volumes, ({ containers }) => containers > 0),
    sum("Build Cache", [], () => true),
  ];
}

/** With layers of archives, which are images, too; shared content counts once. */
function sumImages(
  { images, layers, sharedBytes, keptBytes, ...usage }: DiskUsage,
): UsageSum {
  const { unusedImageBytes, leftoverBytes } = usage;
  const ofArchives = sum("Images", layers, ({ containers }) => containers > 0);
  return {
    type: "Images",
    total: images.length + ofArchives.total,
    active: ofArchives.active +
      images.filter(({ containers }) => containers > 0).length,
    sizeBytes: uniqueBytes(images) + sharedBytes + keptBytes +
      ofArchives.sizeBytes + leftoverBytes,
    reclaimableBytes: unusedImageBytes + ofArchives.reclaimableBytes +
      leftoverBytes,
  };
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
