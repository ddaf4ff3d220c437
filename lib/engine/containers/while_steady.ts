/**
 * Acting on a container that either runs or does not, and is not just being
 * started or ended.
 *
 * @module
 */
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { isRunning } from "../../runtime/process_identity.ts";
import { lockWithin } from "./lock.ts";
import { findProcess } from "./look_up.ts";
import {
  containerDirectory,
  readRestarting,
  type RunningRecord,
} from "./records.ts";

/** How long a start or an end may take. */
const TIMEOUT_MS = 10_000;
/** How often to look meanwhile. */
const LOOK_MS = 20;

/**
 * Does something with a container once it is known whether it runs. While it
 * does not run, nobody can start it until that is done; but its monitor may, if
 * that is about to start it again: it reads the configuration then.
 *
 * @param act Is given its process, or `undefined` if it does not run.
 * @throws {NotFoundError} If it is gone.
 * @throws {ConflictError} If somebody works on it for too long.
 */
export function whileSteady<T>(
  paths: HostPaths,
  id: ContainerId,
  act: (running: RunningRecord | undefined) => T,
): T {
  const directory = containerDirectory(paths, id);
  const deadline = performance.now() + TIMEOUT_MS;
  for (;;) {
    const running = findProcess(paths, id);
    if (running !== undefined || isRestarting(paths, id)) return act(running);
    const lock = lockWithin(directory, LOOK_MS);
    if (lock === "missing") throw new NotFoundError(`No such container: ${id}`);
    if (lock !== "busy") {
      using _locked = lock;
      return act(findProcess(paths, id));
    }
    if (performance.now() > deadline) break;
  }
  throw new ConflictError(
    `another tsdocker is working on container ${shortId(id)}`,
  );
}

function isRestarting(paths: HostPaths, id: ContainerId): boolean {
  const restarting = readRestarting(paths, id);
  return restarting !== undefined && isRunning(restarting.keeper);
}
