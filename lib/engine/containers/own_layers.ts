/**
 * Layers of a container with a user namespace: their files have to belong to
 * its ids. The kernel maps the owners while the layers are mounted, or copies
 * of the layers have other owners on disk.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { holdUserNamespace } from "../../runtime/launch/user_namespace.ts";
import { mapText } from "../../runtime/plan/id_map.ts";
import { canMapOwners } from "../../storage/idmapped.ts";
import { shiftLayer } from "../../storage/layer_shift.ts";
import {
  type Snapshot,
  snapshotDirectories,
  snapshotIn,
} from "../../storage/snapshot.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { IdMappings } from "../id_mapping.ts";
import { changeConfig } from "./change_config.ts";
import type { CreatedContainer } from "./create.ts";
import { containerDirectory } from "./records.ts";

/** A container with layers of its own ids. */
export interface OwnedLayers extends Disposable {
  readonly config: ContainerConfig;
  readonly snapshot: Snapshot;
  /** A user namespace with its ids. */
  readonly userns: Fd;
}

/**
 * Gives a created container layers whose files belong to its ids, and writes
 * down how.
 *
 * @param canMap Whether owners can be mapped while mounting.
 * @throws {HostError} If there can be no such user namespace or layers.
 */
export async function ownLayers(
  paths: HostPaths,
  { config, snapshot }: Pick<CreatedContainer, "config" | "snapshot">,
  canMap: typeof canMapOwners = canMapOwners,
): Promise<OwnedLayers> {
  const { idMappings } = config;
  if (idMappings === undefined) throw new TypeError("It has no ids of its own");
  using undo = new DisposableStack();
  const userns = undo.use(
    await holdUserNamespace({
      uid: mapText(idMappings.uid, "/linux/uidMappings"),
      gid: mapText(idMappings.gid, "/linux/gidMappings"),
    }),
  );
  const owned = config.layerOwners === "shifted"
    // They have been since its first start.
    ? { config, snapshot }
    : canMap(snapshotDirectories(snapshot), userns)
    ? { config: { ...config, layerOwners: "mapped" as const }, snapshot }
    : await shiftLayers(paths, { config, snapshot }, idMappings);
  const { layers, layerOwners = "mapped" } = owned.config;
  // It may have been renamed or limited meanwhile.
  changeConfig(paths, config.id, (now) => ({ ...now, layers, layerOwners }));
  undo.move();
  return {
    ...owned,
    userns,
    [Symbol.dispose]: () => userns[Symbol.dispose](),
  };
}

/** Copies of all layers, the one with the mount points included. */
async function shiftLayers(
  paths: HostPaths,
  { config, snapshot }: Pick<CreatedContainer, "config" | "snapshot">,
  idMappings: IdMappings,
): Promise<Pick<OwnedLayers, "config" | "snapshot">> {
  const layers: string[] = [];
  for (const directory of snapshot.lower) {
    layers.push(await shiftLayer(paths, directory, idMappings));
  }
  const directory = containerDirectory(paths, config.id);
  const shifted = snapshotIn(directory, layers);
  adoptOwner(shifted);
  return {
    config: { ...config, layers, layerOwners: "shifted" },
    snapshot: shifted,
  };
}

/** The overlay's root takes its owner from the upper directory. */
function adoptOwner({ lower: [top], upper }: Snapshot): void {
  if (top === undefined) return;
  const { uid, gid } = Deno.statSync(top);
  if (uid !== null && gid !== null) Deno.chownSync(upper, uid, gid);
}
