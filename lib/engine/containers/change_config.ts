/**
 * Changing a container's configuration while somebody keeps it running: its
 * name, its limits, its restart policy.
 *
 * @module
 */
import { flock, openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  LOCK_EX,
  O_CREAT,
  O_RDWR,
} from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { ContainerConfig } from "../container_config.ts";
import { containerDirectory, readConfig, writeConfig } from "./records.ts";

/**
 * Reads a configuration, changes it and writes it, one caller at a time. The
 * container's own lock is another one: its keeper has that for as long as the
 * container runs. Blocks while another change is made.
 *
 * @param change Gives the new configuration; if it throws, the old one stays.
 * It may also do what has to be true once the configuration is written.
 * @returns The new configuration.
 * @throws {NotFoundError} If there is no such container, or no longer.
 */
export function changeConfig(
  paths: HostPaths,
  id: ContainerId,
  change: (config: ContainerConfig) => ContainerConfig,
): ContainerConfig {
  using _locked = lockConfig(paths, id);
  const config = readConfig(paths, id);
  if (config === undefined) throw noSuchContainer(id);
  const changed = change(config);
  writeConfig(paths, changed);
  return changed;
}

function lockConfig(paths: HostPaths, id: ContainerId): Fd {
  const path = `${containerDirectory(paths, id)}/config.lock`;
  const opened = open(path, id);
  flock(opened.number, LOCK_EX);
  return opened;
}

function open(path: string, id: ContainerId): Fd {
  try {
    return openat(AT_FDCWD, path, O_RDWR | O_CREAT, 0o600);
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) throw noSuchContainer(id);
    throw error;
  }
}

function noSuchContainer(id: ContainerId): NotFoundError {
  return new NotFoundError(`No such container: ${id}`);
}
