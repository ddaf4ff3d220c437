/**
 * Sending a signal to a container, and what goes with it.
 *
 * @module
 */
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { thaw } from "../../runtime/cgroups/freeze.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { signalProcess } from "../../runtime/opened_process.ts";
import type { ContainerConfig } from "../container_config.ts";
import { recordContainerEvent } from "../events.ts";
import { requestStop } from "./stop_request.ts";

/** What else asks a program to end, if it has no stop signal of its own. */
const ALSO_ENDING: ReadonlySet<number> = new Set([
  SIGNALS.SIGINT,
  SIGNALS.SIGQUIT,
]);

/**
 * Whether a signal is meant to end a container: no restart policy then starts
 * it again, and it goes on if it is paused, as in docker. To docker this is any
 * signal if no stop signal was asked for; a SIGHUP that has a server read its
 * configuration again is not here.
 */
export function isEnding(
  { stopSignal }: Pick<ContainerConfig, "stopSignal">,
  signal: number,
): boolean {
  return signal === SIGNALS.SIGKILL || signal === stopSignal ||
    stopSignal === SIGNALS.SIGTERM && ALSO_ENDING.has(signal);
}

/**
 * Sends a signal to process 1 of a container; that it has ended meanwhile is
 * no error.
 *
 * @param process Descriptor of that process.
 */
export function signalContainer(
  paths: HostPaths,
  config: ContainerConfig,
  { process, signal }: { readonly process: Fd; readonly signal: number },
): void {
  if (!signalProcess(process, signal)) return;
  const attributes = { signal: String(signal) };
  recordContainerEvent(paths, config, { action: "kill", attributes });
}

/** Lets a paused container go on: it could not end otherwise. */
export function thawContainer(
  { cgroupsPath }: Pick<ContainerConfig, "cgroupsPath">,
): void {
  if (cgroupsPath !== undefined) thaw(cgroupsPath, mountedHierarchies());
}

/**
 * Notes that a container is to stay stopped; before the first signal, as its
 * monitor asks as soon as it has ended. Nothing is to note of one that is being
 * removed.
 */
export function noteStop(
  paths: HostPaths,
  { id }: Pick<ContainerConfig, "id">,
): void {
  try {
    requestStop(paths, id);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
