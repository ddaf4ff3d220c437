/**
 * Removes containers.
 *
 * @module
 */
import { InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { isRunning, killProcess } from "../../runtime/process_identity.ts";
import type { Engine } from "../engine.ts";
import { removeContainerFiles } from "./create.ts";
import { findContainer } from "./find.ts";
import { lockWithin } from "./lock.ts";
import { containerDirectory, readConfig, readRunning } from "./records.ts";

/** How a container is removed. */
export interface RemoveOptions {
  /** Whether a running container is killed first, or is an error. */
  readonly running: "refuse" | "kill";
}

/** How long a killed container and its keeper may take to go away. */
const END_TIMEOUT_MS = 10_000;

/**
 * Removes a container with its layer and its name.
 *
 * @param reference As `findContainer` takes it.
 * @throws {InvalidStateError} If it is running and may not be killed.
 * @throws {NotFoundError} If there is none.
 */
export function removeContainer(
  { paths }: Engine,
  reference: string,
  options: RemoveOptions,
): void {
  const id = findContainer(paths, reference);
  const running = readRunning(paths, id);
  if (running !== undefined && isRunning(running)) {
    if (options.running === "refuse") throw isRunningError(reference, id);
    killProcess(running, END_TIMEOUT_MS);
  }
  const lock = lockWithin(containerDirectory(paths, id), END_TIMEOUT_MS);
  // With --rm, its keeper has removed it.
  if (lock === "missing") return;
  if (lock === "busy") throw isBusyError(reference, id);
  using _locked = lock;
  removeLocked(paths, id);
}

/** Removes a container whose lock the caller holds, and that does not run. */
export function removeLocked(paths: HostPaths, id: ContainerId): void {
  const config = readConfig(paths, id);
  removeContainerFiles(paths, config ?? { id, name: "" });
}

function isRunningError(
  reference: string,
  id: ContainerId,
): InvalidStateError {
  return new InvalidStateError(
    id,
    "remove",
    "running",
    `cannot remove container "${reference}": container is running: stop the container before removing or force remove`,
    { advice: `tsdocker rm -f ${reference}` },
  );
}

function isBusyError(reference: string, id: ContainerId): InvalidStateError {
  return new InvalidStateError(
    id,
    "remove",
    "created",
    `cannot remove container "${reference}": another tsdocker is working on ${
      shortId(id)
    }`,
  );
}
