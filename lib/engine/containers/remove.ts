/**
 * Removes containers.
 *
 * @module
 */
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { isFrozen } from "../../runtime/cgroups/freeze.ts";
import { killIn } from "../../runtime/cgroups/kill.ts";
import { DEFAULT_PARENT } from "../../runtime/cgroups/parents.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { openProcess, signalProcess } from "../../runtime/opened_process.ts";
import { isRunning, killProcess } from "../../runtime/process_identity.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { endResources } from "./end_resources.ts";
import { removeContainerFiles } from "./create.ts";
import { findContainer } from "./find.ts";
import { lockWithin } from "./lock.ts";
import { findProcess } from "./look_up.ts";
import { containerDirectory, readConfig, readRestarting } from "./records.ts";
import { noteStop } from "./signal.ts";

/** How a container is removed. */
export interface RemoveOptions {
  /** Whether a running container is killed first, or is an error. */
  readonly running: "refuse" | "kill";
  /** Its volumes without a name; absent: they go, if nobody else has them. */
  readonly volumes?: "keep";
}

/** How long a killed container and its keeper may take to go away. */
const END_TIMEOUT_MS = 10_000;
/** How long until it is looked again whether it has been started again. */
const LOOK_MS = 100;

type ContainerLock = ReturnType<typeof lockWithin>;

/**
 * Removes a container with its layer and its name.
 *
 * @param reference As `findContainer` takes it.
 * @throws {InvalidStateError} If it is running and may not be killed.
 * @throws {NotFoundError} If there is none.
 */
export async function removeContainer(
  { paths }: Engine,
  reference: string,
  options: RemoveOptions,
): Promise<void> {
  const id = findContainer(paths, reference);
  const lock = options.running === "refuse"
    ? lockUnlessRunning(paths, id, reference)
    : lockOnceEnded(paths, id);
  // With --rm, its keeper has removed it.
  if (lock === "missing") return;
  if (lock === "busy") throw isBusyError(reference, id);
  using _locked = lock;
  await removeLocked(paths, id, options.volumes);
}

/** Locks what does not run, and is not about to. */
function lockUnlessRunning(
  paths: HostPaths,
  id: ContainerId,
  reference: string,
): ContainerLock {
  const deadline = performance.now() + END_TIMEOUT_MS;
  for (;;) {
    if (findProcess(paths, id) !== undefined) {
      throw isRunningError(reference, id, "running");
    }
    const restarting = readRestarting(paths, id);
    if (restarting !== undefined && isRunning(restarting.keeper)) {
      throw isRunningError(reference, id, "restarting");
    }
    // Whoever has just written down its end may go on to start it again.
    const lock = lockWithin(containerDirectory(paths, id), LOOK_MS);
    if (lock !== "busy" || performance.now() > deadline) return lock;
  }
}

/** Kills what runs, and what is about to be started again, until it is ours. */
function lockOnceEnded(paths: HostPaths, id: ContainerId): ContainerLock {
  const deadline = performance.now() + END_TIMEOUT_MS;
  for (;;) {
    const running = findProcess(paths, id);
    if (running !== undefined) {
      noteStop(paths, { id });
      killPaused(paths, id);
      killProcess(running, END_TIMEOUT_MS);
    }
    const restarting = readRestarting(paths, id);
    if (restarting !== undefined) {
      noteStop(paths, { id });
      using monitor = openProcess(restarting.keeper);
      if (monitor !== undefined) signalProcess(monitor, SIGNALS.SIGTERM);
    }
    const lock = lockWithin(containerDirectory(paths, id), LOOK_MS);
    const isOurs = lock !== "busy" && lock !== "missing";
    // It may run without anybody who keeps it.
    if (isOurs && findProcess(paths, id) !== undefined) {
      lock[Symbol.dispose]();
      continue;
    }
    if (lock !== "busy" || performance.now() > deadline) return lock;
  }
}

/** What is paused dies once it is let go on. */
function killPaused(paths: HostPaths, id: ContainerId): void {
  const config = readConfig(paths, id);
  if (config?.cgroupsPath === undefined) return;
  const hierarchies = mountedHierarchies();
  if (isFrozen(config.cgroupsPath, hierarchies)) {
    killIn(hierarchies, config.cgroupsPath);
  }
}

/**
 * Removes a container that does not run; its caller holds its lock.
 *
 * @param volumes As of {@linkcode RemoveOptions}.
 */
export async function removeLocked(
  paths: HostPaths,
  id: ContainerId,
  volumes: "keep" | "remove" = "remove",
): Promise<void> {
  const config = readConfig(paths, id);
  // Of a damaged one, nothing tells where it was if not there.
  const cgroupsPath = `${DEFAULT_PARENT}/${id}`;
  await endResources(paths, config ?? { id, cgroupsPath });
  removeContainerFiles(paths, id, volumes);
  if (config !== undefined) {
    recordContainerEvent(paths, config, { action: "destroy" });
  }
}

function isRunningError(
  reference: string,
  id: ContainerId,
  state: "running" | "restarting",
): InvalidStateError {
  return new InvalidStateError(
    id,
    "remove",
    state,
    `cannot remove container "${reference}": container is ${state}: stop the container before removing or force remove`,
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
