/**
 * Puts right what crashes have left, and tells what that was. Most of it every
 * command does; what costs more is only done here.
 *
 * @module
 */
import type { HostPaths } from "../base/host_paths.ts";
import { namesIn } from "../base/names_in.ts";
import { pathExists } from "../base/path_exists.ts";
import { removePath } from "../base/remove_tree.ts";
import {
  type ContainerId,
  isContainerId,
  shortId,
} from "../base/identifiers.ts";
import { familiarName, parseReference } from "../oci/reference.ts";
import { sweepCgroups } from "../runtime/cgroups/sweep.ts";
import { removeReference } from "../storage/image_store.ts";
import { keeperState } from "./containers/keeper.ts";
import { lockWithin } from "./containers/lock.ts";
import { listIds } from "./containers/list.ts";
import { findByName } from "./containers/names.ts";
import { containerDirectory, readConfig } from "./containers/records.ts";
import { settle } from "./containers/reconcile.ts";
import { startDetached } from "./containers/start.ts";
import { sweepVolumes } from "../storage/volume_store.ts";
import type { Engine } from "./engine.ts";
import { listLostNames } from "./images/leftovers.ts";

/** How long others may take with the names. */
const LOCK_TIMEOUT_MS = 5000;

/**
 * Puts everything right.
 *
 * @returns A sentence for each thing that was wrong; none if nothing was.
 * @throws {HostError} If the caller is not root.
 */
export async function repair(engine: Engine): Promise<string[]> {
  const { paths } = engine;
  const before = unsettled(paths);
  await settle(engine);
  const after = new Set(unsettled(paths));
  const repaired = before.filter((line) => !after.has(line));
  for (const name of removeStaleNames(paths)) {
    repaired.push(`Released the name "${name}": its container is gone`);
  }
  // Other commands do so when they make or prune volumes.
  sweepVolumes(paths);
  for (const name of await removeLostNames(paths)) {
    repaired.push(`Released the name "${name}": its image is gone`);
  }
  const cgroups = sweepCgroups();
  if (cgroups > 0) repaired.push(`Removed ${cgroups} abandoned cgroups`);
  repaired.push(...await tryRepairNetworks(engine));
  for (const id of listIds(paths)) {
    if (keeperState(paths, id) !== "orphaned") continue;
    const line = await takeOver(engine, id);
    if (line !== undefined) repaired.push(line);
  }
  return repaired;
}

/** A kernel without a packet filter must not keep the rest from repair. */
async function tryRepairNetworks(engine: Engine): Promise<string[]> {
  const { repairNetworks } = await import("./networks/repair_networks.ts");
  try {
    return repairNetworks(engine);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    engine.warn(`Networks cannot be repaired: ${why}`);
    return [];
  }
}

/** Gives a container that runs without its monitor a new one. */
async function takeOver(
  engine: Engine,
  id: ContainerId,
): Promise<string | undefined> {
  try {
    await startDetached(engine, id);
    return `Gave container ${shortId(id)} a monitor: its own was gone`;
  } catch (error) {
    // One that cannot be helped must not keep the others from being.
    const why = error instanceof Error ? error.message : String(error);
    engine.warn(`Container ${shortId(id)} runs without a monitor: ${why}`);
    return undefined;
  }
}

/** What the next command is to settle: a sentence each. */
function unsettled(paths: HostPaths): string[] {
  const states = namesIn(paths.states).filter(isContainerId);
  const ids = new Set([...states, ...listIds(paths)]);
  return [...ids].flatMap((id) => {
    const keeper = keeperState(paths, id);
    if (keeper === "removed") {
      return [`Removed the state of ${shortId(id)}: its container is gone`];
    }
    if (keeper !== "none") return [];
    if (readConfig(paths, id) === undefined) {
      return [`Removed container ${shortId(id)}: it was only half created`];
    }
    return states.includes(id)
      ? [`Settled container ${shortId(id)}: its keeper was gone`]
      : [];
  });
}

/** Names of images that a crash has removed half; none means one of them. */
async function removeLostNames(paths: HostPaths): Promise<string[]> {
  const lock = lockWithin(paths.layers, LOCK_TIMEOUT_MS);
  if (lock === "busy" || lock === "missing") return [];
  using _locked = lock;
  const manifests = new Set(namesIn(paths.manifests));
  const names = listLostNames(paths, (hex) => manifests.has(hex));
  for (const name of names) await removeReference(paths, name);
  return names.map((name) => familiarName(parseReference(name)));
}

/** Names whose containers are gone; the next claim would take them over. */
function removeStaleNames(paths: HostPaths): string[] {
  const lock = lockWithin(paths.names, LOCK_TIMEOUT_MS);
  if (lock === "busy" || lock === "missing") return [];
  using _locked = lock;
  return namesIn(paths.names).filter((name) => {
    const id = findByName(paths, name);
    // A name is claimed for a container whose directory is there.
    if (id !== undefined && pathExists(containerDirectory(paths, id))) {
      return false;
    }
    removePath(`${paths.names}/${name}`);
    return true;
  });
}
