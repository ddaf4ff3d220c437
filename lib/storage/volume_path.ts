/**
 * Where volumes are in the store.
 *
 * @module
 */
import type { HostPaths } from "../base/host_paths.ts";

type Store = Pick<HostPaths, "volumes">;

/** A volume's own directory: its files, and what is known of it. */
export function volumePath({ volumes }: Store, name: string): string {
  return `${volumes}/${name}`;
}

/** The directory with a volume's files. */
export function volumeDataPath(store: Store, name: string): string {
  return `${volumePath(store, name)}/_data`;
}

/** The name of the directory with a volume's files in its own. */
export const DATA = "_data";

/** The name of what is known of a volume in its own directory. */
export const RECORD = "volume.json";
