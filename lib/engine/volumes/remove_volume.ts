/**
 * Removes a volume that a user names.
 *
 * @module
 */
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import {
  type RetiredVolume,
  retireVolume,
} from "../../storage/volume_store.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { Engine } from "../engine.ts";
import { hasVolume } from "./find_volume.ts";
import { lockVolumes } from "./hold_volumes.ts";
import { recordVolumeEvent } from "./volume_event.ts";
import { volumeUsers } from "./volume_users.ts";

/**
 * Removes a volume with its files. One whose record is damaged goes too.
 *
 * @throws {NotFoundError} If there is none.
 * @throws {ConflictError} If a container has it, running or not.
 */
export function removeNamedVolume(
  { paths }: Pick<Engine, "paths">,
  name: string,
): void {
  // Its files go when others may go on.
  using _retired = retireUnused(paths, name);
  recordVolumeEvent(paths, name, "destroy");
}

function retireUnused(paths: HostPaths, name: string): RetiredVolume {
  const lock = lockVolumes(paths);
  if (lock === "busy") {
    throw new ConflictError(
      `remove ${name}: containers with volumes are being created`,
    );
  }
  using _locked = lock === "missing" ? undefined : lock;
  const users = volumeUsers(paths).get(name);
  if (users !== undefined) {
    throw new ConflictError(
      `remove ${name}: volume is in use - [${users.join(", ")}]`,
      { advice: "first remove the containers that have it: tsdocker rm" },
    );
  }
  const retired = hasVolume(paths, name)
    ? retireVolume(paths, name)
    : "missing";
  if (retired === "missing") {
    throw new NotFoundError(`get ${name}: no such volume`, {
      advice: "tsdocker volume ls",
    });
  }
  if (retired !== "busy") return retired;
  throw new ConflictError(
    `remove ${name}: volume is in use: it is being exported or imported`,
  );
}
