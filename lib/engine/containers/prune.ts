/**
 * Removes all containers that do not run.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { DiskMeter } from "../../storage/disk_usage.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { matchesLabel } from "../label_match.ts";
import { listIds, readStatus } from "./list.ts";
import { tryLock } from "./lock.ts";
import { containerDirectory, readConfig } from "./records.ts";
import { removeLocked } from "./remove.ts";

/** Which of the things that are not in use are removed. */
export interface PruneFilter {
  /** Only those created before; milliseconds since the epoch. */
  readonly untilMs: number;
  /** `NAME` or `NAME=VALUE`: only those that have all. */
  readonly labels: readonly string[];
  /** Only those that have none. */
  readonly withoutLabels: readonly string[];
}

/** Everything that is not in use. */
export const PRUNE_ALL: PruneFilter = {
  untilMs: Infinity,
  labels: [],
  withoutLabels: [],
};

/** How things are pruned. */
export interface PruneOptions {
  readonly filter: PruneFilter;
  /** Whether to remove them, or only to find out which. */
  readonly mode: "remove" | "dry-run";
}

/** What was removed, or would be. */
export interface Pruned {
  /** In the order of their removal. */
  readonly ids: readonly string[];
  /** Room on the disk. */
  readonly reclaimedBytes: number;
}

/**
 * Removes all containers that do not run. One that somebody has locked is being
 * created, started, or removed by somebody else: it is left alone, as is what
 * is half created. One that cannot be removed is warned of, and others are.
 */
export async function pruneContainers(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  options: PruneOptions,
): Promise<Pruned> {
  const meter = new DiskMeter();
  const ids: ContainerId[] = [];
  let reclaimedBytes = 0;
  for (const id of listIds(paths)) {
    try {
      const bytes = await pruneContainer(paths, id, { ...options, meter });
      if (bytes === undefined) continue;
      ids.push(id);
      reclaimedBytes += bytes;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      warn(`Cannot remove container ${shortId(id)}: ${why}`);
    }
  }
  return { ids, reclaimedBytes };
}

/** @returns The room it took, or `undefined` if it stays. */
async function pruneContainer(
  paths: HostPaths,
  id: ContainerId,
  { filter, mode, meter }: PruneOptions & { readonly meter: DiskMeter },
): Promise<number | undefined> {
  const directory = containerDirectory(paths, id);
  // Whoever starts it, or keeps it running, has it locked.
  const lock = tryLock(directory);
  if (lock === "busy" || lock === "missing") return undefined;
  using _locked = lock;
  const config = readConfig(paths, id);
  if (config === undefined || !fitsFilter(config, filter)) return undefined;
  // Asked with the lock held: it may have been started since it was listed,
  // and it may run without its keeper.
  const { state } = readStatus(paths, config);
  if (state !== "created" && state !== "exited") return undefined;
  const bytes = meter.measure(directory);
  // Nobody has named it, so that nobody has thought of what is in its volumes.
  if (mode === "remove") await removeLocked(paths, id, "keep");
  return bytes;
}

/** Whether a filter takes something of this age with these labels. */
export function fitsFilter(
  { createdMs, labels }: Pick<ContainerConfig, "createdMs" | "labels">,
  filter: PruneFilter,
): boolean {
  return createdMs < filter.untilMs &&
    filter.labels.every((label) => matchesLabel(labels, label)) &&
    !filter.withoutLabels.some((label) => matchesLabel(labels, label));
}
