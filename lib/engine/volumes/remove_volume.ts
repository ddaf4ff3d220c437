/**
 * Removes a volume that a user names.
 *
 * @module
 */
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import { removeVolume } from "../../storage/volume_store.ts";
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
  const lock = lockVolumes(paths);
  if (lock === "busy") {
    throw new ConflictError(
      `remove ${name}: containers with volumes are being created`,
    );
  }
  using _locked = lock === "missing" ? undefined : lock;
  if (!hasVolume(paths, name)) {
    throw new NotFoundError(`get ${name}: no such volume`, {
      advice: "tsdocker volume ls",
    });
  }
  const users = volumeUsers(paths).get(name);
  if (users !== undefined) {
    throw new ConflictError(
      `remove ${name}: volume is in use - [${users.join(", ")}]`,
      { advice: "tsdocker rm the containers first" },
    );
  }
  if (removeVolume(paths, name)) recordVolumeEvent(paths, name, "destroy");
}
