/**
 * Does something while a container is paused, after which it goes on for
 * certain: whoever is killed in between leaves a file without a lock, by which
 * the next command knows that nobody is at it any more.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { freeze, isFrozen, thaw } from "../../runtime/cgroups/freeze.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { lockFile } from "../../storage/file_lock.ts";
import { endIfAsked, endTidily } from "../../storage/tidy_end.ts";
import { noteBegun, noteFinished } from "../../storage/unfinished.ts";
import type { ContainerConfig } from "../container_config.ts";
import { findProcess } from "./look_up.ts";
import { markPath, writeMark } from "./pause_mark.ts";

/** Ends the process if a signal asks for it; to be called again and again. */
export type CheckPoint = () => void;

/**
 * Does something, with the container paused if it runs. One that a user has
 * paused stays so. A signal ends the process, but not before the container goes
 * on.
 *
 * @param warn Hears that it could not be paused.
 */
export async function whilePaused<T>(
  paths: HostPaths,
  config: ContainerConfig,
  { warn, act }: {
    warn(message: string): void;
    act(checkPoint: CheckPoint): T;
  },
): Promise<T> {
  const { id, cgroupsPath } = config;
  if (findProcess(paths, id) === undefined) return act(endIfAsked);
  const path = markPath(paths, id);
  using end = new DisposableStack();
  end.use(endTidily());
  const lock = await lockFile(path);
  end.defer(() => letGo(lock));
  const hierarchies = mountedHierarchies();
  if (cgroupsPath === undefined || isFrozen(cgroupsPath, hierarchies)) {
    return act(endIfAsked);
  }
  noteBegun(end);
  end.defer(() => noteFinished(end));
  writeMark(path);
  end.defer(() => thaw(cgroupsPath, hierarchies));
  if (!freeze(cgroupsPath, hierarchies)) {
    warn(
      `Container ${config.name} cannot be paused: files that change right now may be read half changed`,
    );
  }
  return act(endIfAsked);
}

/** The container may have ended, and with it all that is known of its state. */
function letGo(lock: Disposable): void {
  try {
    lock[Symbol.dispose]();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
