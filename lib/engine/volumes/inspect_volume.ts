/**
 * Everything there is to tell of a volume, in the shape docker has for it.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a volume"
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { volumeDataPath } from "../../storage/volume_path.ts";
import { findVolume } from "./find_volume.ts";

/** A volume under docker's names. */
export interface InspectedVolume {
  readonly CreatedAt: string;
  readonly Driver: "local";
  /** `null` without any. */
  readonly Labels: ReadonlyMap<string, string> | null;
  readonly Mountpoint: string;
  readonly Name: string;
  readonly Options: null;
  readonly Scope: "local";
}

/** The label by which docker's own tell volumes without a name. */
const ANONYMOUS_LABEL = "com.docker.volume.anonymous";

/**
 * Inspects a volume.
 *
 * @throws {NotFoundError} If there is none.
 */
export function inspectVolume(
  paths: Pick<HostPaths, "volumes">,
  reference: string,
): InspectedVolume {
  const { name, createdMs, isAnonymous, labels } = findVolume(paths, reference);
  const all = new Map([
    ...(isAnonymous ? [[ANONYMOUS_LABEL, ""] as const] : []),
    ...Object.entries(labels),
  ]);
  return {
    CreatedAt: new Date(createdMs).toISOString().replace(/\.\d+/, ""),
    Driver: "local",
    Labels: all.size === 0 ? null : all,
    Mountpoint: volumeDataPath(paths, name),
    Name: name,
    Options: null,
    Scope: "local",
  };
}
