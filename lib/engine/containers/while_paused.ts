/**
 * Does something while a container is paused, after which it goes on for
 * certain: whoever is killed in between leaves a file without a lock, by which
 * the next command knows that nobody is at it any more.
 *
 * @module
 */
import { bytesToRead } from "../../../ffi/calls/pipe.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { interceptSignals } from "../../../ffi/signals.ts";
import { HostError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { freeze, isFrozen, thaw } from "../../runtime/cgroups/freeze.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { lockFile } from "../../storage/file_lock.ts";
import type { ContainerConfig } from "../container_config.ts";
import { findProcess } from "./look_up.ts";
import { markPath, writeMark } from "./pause_mark.ts";

/** By these a user asks to give up. */
const GIVING_UP = [SIGNALS.SIGHUP, SIGNALS.SIGINT, SIGNALS.SIGTERM];
/** Throws if it is to be given up; to be called again and again. */
export type CheckPoint = () => void;

const NEVER: CheckPoint = () => {};

/**
 * Does something, with the container paused if it runs. One that a user has
 * paused stays so.
 *
 * @param warn Hears that it could not be paused.
 * @throws {HostError} If a signal asks to give up, from the check point.
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
  if (findProcess(paths, id) === undefined) return act(NEVER);
  const path = markPath(paths, id);
  using end = new DisposableStack();
  const lock = await lockFile(path);
  end.defer(() => letGo(lock));
  const hierarchies = mountedHierarchies();
  if (cgroupsPath === undefined || isFrozen(cgroupsPath, hierarchies)) {
    return act(NEVER);
  }
  const checkPoint = giveUpOnSignals();
  writeMark(path);
  end.defer(() => thaw(cgroupsPath, hierarchies));
  if (!freeze(cgroupsPath, hierarchies)) {
    warn(
      `Container ${config.name} cannot be paused: files that change right now may be read half changed`,
    );
  }
  return act(checkPoint);
}

/** The container may have ended, and with it all that is known of its state. */
function letGo(lock: Disposable): void {
  try {
    lock[Symbol.dispose]();
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/**
 * From now on these signals do not end the process; without the container going
 * on, that is.
 */
function giveUpOnSignals(): CheckPoint {
  const pipe = intercept();
  return () => {
    if (pipe === undefined || bytesToRead(pipe) === 0) return;
    throw new HostError("Cannot commit the container: interrupted by a signal");
  };
}

function intercept(): ReturnType<typeof interceptSignals> | undefined {
  try {
    return interceptSignals(GIVING_UP);
  } catch (error) {
    // Where executable memory is refused, the next command cleans up.
    if (!isSyscallError(error)) throw error;
    return undefined;
  }
}
