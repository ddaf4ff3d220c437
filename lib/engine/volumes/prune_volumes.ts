/**
 * Removes volumes that no container has.
 *
 * @module
 */
import { DiskMeter } from "../../storage/disk_usage.ts";
import { volumePath } from "../../storage/volume_path.ts";
import { retireVolume, sweepVolumes } from "../../storage/volume_store.ts";
import {
  fitsFilter,
  type Pruned,
  type PruneOptions,
} from "../containers/prune.ts";
import type { Engine } from "../engine.ts";
import { recordEvent } from "../events.ts";
import { lockVolumes } from "./hold_volumes.ts";
import { listVolumes } from "./list_volumes.ts";
import { recordVolumeEvent } from "./volume_event.ts";
import { volumeUsers } from "./volume_users.ts";

/** Which volumes are removed, and how. */
export interface VolumePruneOptions extends PruneOptions {
  /** Those that were given no name, or all. */
  readonly which: "anonymous" | "all";
  /** Containers that count as gone, for a `dry-run` that would remove them. */
  readonly without?: readonly string[];
}

/** Removes volumes that no container has, running or not. */
export function pruneVolumes(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  { which, mode, filter, without = [] }: VolumePruneOptions,
): Pruned {
  // Files go when others may go on.
  using retired = new DisposableStack();
  const lock = lockVolumes(paths);
  if (lock === "missing") return { ids: [], reclaimedBytes: 0 };
  if (lock === "busy") {
    warn("Volumes are left alone: containers are being created");
    return { ids: [], reclaimedBytes: 0 };
  }
  using _locked = lock;
  if (mode === "remove") sweepVolumes(paths);
  const users = volumeUsers(paths, without);
  const pruned = listVolumes(paths, warn).filter((volume) =>
    !users.has(volume.name) && (which === "all" || volume.isAnonymous) &&
    fitsFilter(volume, filter)
  );
  const meter = new DiskMeter();
  const ids: string[] = [];
  let reclaimedBytes = 0;
  for (const { name } of pruned) {
    const bytes = meter.measure(volumePath(paths, name));
    if (mode === "remove") {
      const volume = retireVolume(paths, name);
      // It is being exported or imported.
      if (volume === "busy" || volume === "missing") continue;
      retired.use(volume);
      recordVolumeEvent(paths, name, "destroy");
    }
    ids.push(name);
    reclaimedBytes += bytes;
  }
  if (mode === "remove") {
    recordEvent(paths, {
      type: "volume",
      action: "prune",
      id: "",
      attributes: { reclaimed: String(reclaimedBytes) },
    });
  }
  return { ids, reclaimedBytes };
}
