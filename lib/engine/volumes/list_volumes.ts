/**
 * The volumes there are, and which of them a user wants listed.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { IntegrityError } from "../../base/errors.ts";
import {
  listVolumeNames,
  readVolume,
  type VolumeRecord,
} from "../../storage/volume_store.ts";
import { parseFilterBoolean } from "../filter_boolean.ts";
import { parseFilterPattern } from "../filter_pattern.ts";
import { matchesLabel } from "../label_match.ts";

/** What volumes can be filtered by. */
export const VOLUME_FILTERS = ["dangling", "driver", "label", "name"] as const;

/** Values by key; those of a key are alternatives, but for labels. */
export type VolumeFilters = ReadonlyMap<
  typeof VOLUME_FILTERS[number],
  readonly string[]
>;

/**
 * All volumes, by name.
 *
 * @param warn Hears of those whose records are damaged; they are left out.
 */
export function listVolumes(
  paths: Pick<HostPaths, "volumes">,
  warn: (message: string) => void,
): VolumeRecord[] {
  return listVolumeNames(paths).flatMap((name) => {
    try {
      return readVolume(paths, name) ?? [];
    } catch (error) {
      if (!(error instanceof IntegrityError)) throw error;
      warn(`${error.message}: ${error.advice}`);
      return [];
    }
  });
}

/**
 * A test of volumes. Pure.
 *
 * @param isUsed Whether a container has the volume of a name.
 * @throws {UsageError} If a value is none that its key can have.
 */
export function volumeMatcher(
  filters: VolumeFilters,
  isUsed: (name: string) => boolean,
): (volume: VolumeRecord) => boolean {
  const { dangling = [], driver = [], label = [], name = [] } = Object
    .fromEntries(filters);
  const wantsDangling = dangling.map((text) =>
    parseFilterBoolean("dangling", text)
  );
  const patterns = name.map((text) => parseFilterPattern("name", text));
  return (volume) =>
    (driver.length === 0 || driver.includes("local")) &&
    label.every((wanted) => matchesLabel(volume.labels, wanted)) &&
    (patterns.length === 0 ||
      patterns.some((pattern) => pattern.test(volume.name))) &&
    (wantsDangling.length === 0 ||
      wantsDangling.includes(!isUsed(volume.name)));
}
