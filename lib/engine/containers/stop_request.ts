/**
 * That a user has stopped a container, so that no restart policy starts it
 * again. A reboot does not change that; the next start does.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { readLasting, removeLasting, writeLasting } from "./lasting.ts";

const NAME = "stopped";

/** Whether a user has stopped it. */
export function isStopRequested(paths: HostPaths, id: ContainerId): boolean {
  return readLasting(paths, { id, name: NAME }).length > 0;
}

/** Notes that a user wants it stopped: before the first signal is sent. */
export function requestStop(paths: HostPaths, id: ContainerId): void {
  writeLasting(paths, { id, name: NAME }, "");
}

/** Forgets that it was stopped. */
export function clearStopRequest(paths: HostPaths, id: ContainerId): void {
  removeLasting(paths, { id, name: NAME });
}
