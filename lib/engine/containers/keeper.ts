/**
 * Whether somebody keeps a container: a foreground `run`, a monitor, or a
 * command that works on it.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { tryLock } from "./lock.ts";
import { findProcess } from "./look_up.ts";
import { containerDirectory } from "./records.ts";

/**
 * `there`: somebody has it locked; `none`: nobody, and it does not run;
 * `orphaned`: it runs all the same; `removed`: there is no such container.
 */
export type KeeperState = "there" | "none" | "orphaned" | "removed";

/** Looks whether somebody keeps a container right now. */
export function keeperState(paths: HostPaths, id: ContainerId): KeeperState {
  const lock = tryLock(containerDirectory(paths, id));
  if (lock === "missing") return "removed";
  if (lock === "busy") return "there";
  using _locked = lock;
  return findProcess(paths, id) === undefined ? "none" : "orphaned";
}
