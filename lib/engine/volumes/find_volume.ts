/**
 * Finds a volume that a user names.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  listVolumeNames,
  readVolume,
  type VolumeRecord,
} from "../../storage/volume_store.ts";

type Store = Pick<HostPaths, "volumes">;

/** Whether there is a volume of this name; any text will do. */
export function hasVolume(store: Store, name: string): boolean {
  // Names of files that are no volume's are none either.
  return listVolumeNames(store).includes(name);
}

/**
 * What is known of a volume.
 *
 * @param name As the user has written it.
 * @throws {NotFoundError} In docker's words, if there is none.
 * @throws {IntegrityError} If its record is damaged.
 */
export function findVolume(store: Store, name: string): VolumeRecord {
  const record = hasVolume(store, name) ? readVolume(store, name) : undefined;
  if (record !== undefined) return record;
  throw new NotFoundError(`get ${name}: no such volume`, {
    advice: "tsdocker volume ls",
  });
}
