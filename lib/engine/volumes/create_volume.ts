/**
 * Makes a volume.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  checkVolumeName,
  createVolumeName,
} from "../../storage/volume_name.ts";
import { makeVolume } from "../../storage/volume_store.ts";
import { parseLabels } from "../lifecycle.ts";
import { recordVolumeEvent } from "./volume_event.ts";

/** What a volume is to be. */
export interface VolumeOptions {
  /** Absent: it is given one. */
  readonly name?: string;
  readonly driver: string;
  /** `KEY[=VALUE]` texts as written. */
  readonly labels: readonly string[];
}

/**
 * Makes a volume, unless there is one of the name.
 *
 * @returns Its name.
 * @throws {UsageError} If the name is none, or there is no such driver.
 */
export async function createVolume(
  paths: HostPaths,
  options: VolumeOptions,
): Promise<string> {
  const { driver } = options;
  if (driver !== "local") {
    throw new UsageError(
      `error looking up volume plugin ${driver}: plugin "${driver}" not found`,
    );
  }
  const name = options.name === undefined
    ? createVolumeName()
    : checkVolumeName(options.name);
  const isMade = await makeVolume(paths, {
    name,
    createdMs: Date.now(),
    isAnonymous: options.name === undefined,
    labels: parseLabels(options.labels),
  });
  if (isMade) recordVolumeEvent(paths, name, "create");
  return name;
}
