/**
 * Removes volumes that were somebody's, if nobody else's.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { retireVolume } from "../../storage/volume_store.ts";
import type { ContainerConfig } from "../container_config.ts";
import { lockVolumes } from "./hold_volumes.ts";
import { recordVolumeEvent } from "./volume_event.ts";
import { volumeUsers } from "./volume_users.ts";

/** The volumes of a container that go with the last who has them. */
export function anonymousNames(
  { volumes }: Pick<ContainerConfig, "volumes">,
): string[] {
  return volumes.flatMap(({ volume }) =>
    volume?.isAnonymous === true ? [volume.name] : []
  );
}

/**
 * Removes those of some volumes that no container uses. While containers are
 * created for long they stay, and pruning finds them.
 */
export function removeUnusedVolumes(
  paths: HostPaths,
  names: readonly string[],
): void {
  if (names.length === 0) return;
  using retired = new DisposableStack();
  const lock = lockVolumes(paths);
  if (lock === "busy" || lock === "missing") return;
  using _locked = lock;
  const users = volumeUsers(paths);
  for (const name of names) {
    const volume = users.has(name) ? "busy" : retireVolume(paths, name);
    if (volume === "busy" || volume === "missing") continue;
    retired.use(volume);
    recordVolumeEvent(paths, name, "destroy");
  }
}
