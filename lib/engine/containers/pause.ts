/**
 * `pause` and `unpause`: stops all processes of a container where they are, and
 * lets them go on.
 *
 * @module
 */
import { InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { freeze, isFrozen, thaw } from "../../runtime/cgroups/freeze.ts";
import type { Hierarchy } from "../../runtime/cgroups/hierarchy.ts";
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { findConfig, requireProcess } from "./look_up.ts";

/**
 * Pauses a running container; blocks until its processes have stopped.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {InvalidStateError} If it is not running, paused, has no cgroup, or
 * a process of it does not stop.
 */
export function pauseContainer(
  { paths }: Pick<Engine, "paths">,
  reference: string,
): void {
  const { config, cgroupsPath, hierarchies } = open(paths, reference, "pause");
  if (isFrozen(cgroupsPath, hierarchies)) {
    throw wrongState(config, "pause", "is already paused");
  }
  if (!freeze(cgroupsPath, hierarchies)) {
    throw wrongState(config, "pause", "cannot be paused: it does not stop");
  }
  recordContainerEvent(paths, config, { action: "pause" });
}

/**
 * Lets a paused container go on.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {InvalidStateError} If it is not paused.
 */
export function unpauseContainer(
  { paths }: Pick<Engine, "paths">,
  reference: string,
): void {
  const { config, cgroupsPath, hierarchies } = open(
    paths,
    reference,
    "unpause",
  );
  if (!isFrozen(cgroupsPath, hierarchies)) {
    throw wrongState(config, "unpause", "is not paused");
  }
  thaw(cgroupsPath, hierarchies);
  recordContainerEvent(paths, config, { action: "unpause" });
}

type Operation = "pause" | "unpause";

interface Freezable {
  readonly config: ContainerConfig;
  readonly cgroupsPath: string;
  readonly hierarchies: readonly Hierarchy[];
}

function open(
  paths: HostPaths,
  reference: string,
  operation: Operation,
): Freezable {
  const config = findConfig(paths, reference);
  requireProcess(paths, config, operation);
  const { cgroupsPath } = config;
  if (cgroupsPath === undefined) {
    throw wrongState(config, operation, "has no cgroup to pause it by");
  }
  return { config, cgroupsPath, hierarchies: mountedHierarchies() };
}

function wrongState(
  { id }: ContainerConfig,
  operation: Operation,
  why: string,
): InvalidStateError {
  const actual = operation === "pause" ? "paused" : "running";
  return new InvalidStateError(id, operation, actual, `Container ${id} ${why}`);
}
