/**
 * The running container that a further program is to be run in.
 *
 * @module
 */
import { InvalidStateError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { isFrozen } from "../../runtime/cgroups/freeze.ts";
import {
  type CgroupMount,
  mountedHierarchies,
} from "../../runtime/cgroups/mount_table.ts";
import type { ProcessIdentity } from "../../runtime/process_identity.ts";
import type { ContainerConfig } from "../container_config.ts";
import { findConfig, requireProcess } from "./look_up.ts";
import { thawAbandoned } from "./pause_mark.ts";

/** A container that runs. */
export interface ExecTarget {
  readonly config: ContainerConfig;
  /** Its process 1. */
  readonly running: ProcessIdentity;
  /** The host's cgroup file systems; none if the container has no cgroups. */
  readonly hierarchies: readonly CgroupMount[];
}

/**
 * Finds it.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {InvalidStateError} If it does not run, or is paused: a program in
 * there would not come to its first step. In docker's words.
 */
export function findExecTarget(
  paths: HostPaths,
  reference: string,
): ExecTarget {
  const config = findConfig(paths, reference);
  const running = requireProcess(paths, config, "exec");
  const { cgroupsPath } = config;
  const hierarchies = cgroupsPath === undefined ? [] : mountedHierarchies();
  const isPaused = (): boolean =>
    cgroupsPath !== undefined && isFrozen(cgroupsPath, hierarchies);
  const target = { config, running, hierarchies };
  if (!isPaused()) return target;
  // Whoever has paused it for a moment may have been killed.
  thawAbandoned(paths, config.id);
  if (!isPaused()) return target;
  throw new InvalidStateError(
    config.id,
    "exec",
    "paused",
    `Container ${config.id} is paused, unpause the container before exec`,
    { advice: `tsdocker unpause ${config.name}` },
  );
}

/** The error for a container that has ended before the program could start. */
export function hasEnded(
  { config: { id, name } }: ExecTarget,
  cause?: unknown,
): InvalidStateError {
  return new InvalidStateError(
    id,
    "exec",
    "exited",
    `Container ${id} is not running`,
    { cause, advice: `tsdocker start ${name}` },
  );
}
