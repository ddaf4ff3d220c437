/**
 * Removes layers that no container needs.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { removePath } from "../../base/remove_tree.ts";
import { DiskMeter } from "../../storage/disk_usage.ts";
import { TEMPORARY_PREFIX } from "../../storage/temporary_trees.ts";
import { lockWithin } from "../containers/lock.ts";
import type { Pruned, PruneOptions } from "../containers/prune.ts";
import type { Engine } from "../engine.ts";
import { listLayers, listSources, type StoredLayer } from "./layer_usage.ts";

/** Which layers are removed, and how. */
export interface LayerPruneOptions extends Pick<PruneOptions, "mode"> {
  /** Those of archives that have changed since, or all. */
  readonly which: "dangling" | "unused";
  /** Containers that count as gone, for a `dry-run` that would remove them. */
  readonly without?: readonly string[];
}

/** How long others may take to unpack what they are about to use. */
const HOLD_TIMEOUT_MS = 10_000;

/**
 * Removes layers that no container needs. An archive whose layer is removed is
 * unpacked again when it is used again.
 *
 * @returns The digests of what was removed.
 */
export function pruneLayers(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  { which, mode, without = [] }: LayerPruneOptions,
): Pruned {
  const lock = lockWithin(paths.layers, HOLD_TIMEOUT_MS);
  if (lock === "missing") return { ids: [], reclaimedBytes: 0 };
  if (lock === "busy") {
    warn("Layers are left alone: containers are being created");
    return { ids: [], reclaimedBytes: 0 };
  }
  using _locked = lock;
  const pruned = listLayers(paths, without).filter((layer) =>
    layer.containers === 0 && (which === "unused" || isDangling(layer))
  );
  const meter = new DiskMeter();
  let reclaimedBytes = 0;
  for (const layer of pruned) {
    reclaimedBytes += meter.measure(layer.directory);
    if (mode === "remove") removeLayer(paths, layer);
  }
  if (mode === "remove") removeSources(paths);
  const ids = pruned.map(({ name }) => `sha256:${name}`);
  return { ids, reclaimedBytes };
}

/** A copy is only of use to containers; a layer also to an archive. */
function isDangling({ name, hasSource }: StoredLayer): boolean {
  return name.includes("+") || !hasSource;
}

/** At once for whoever looks for it; a crash leaves what any command sweeps. */
function removeLayer(
  { layers }: HostPaths,
  { name, directory }: StoredLayer,
): void {
  const doomed = `${layers}/${TEMPORARY_PREFIX}pruned-${name}`;
  Deno.renameSync(directory, doomed);
  removePath(doomed);
}

/** What tells of layers that are gone is of no use. */
function removeSources(paths: HostPaths): void {
  const names = new Set(listLayers(paths).map(({ name }) => name));
  for (const { path, layer } of listSources(paths)) {
    if (!names.has(layer)) removePath(path);
  }
}
