/**
 * Changing a container's configuration while somebody keeps it running: its
 * name, its limits, its restart policy; and putting it away for good.
 *
 * What is locked is the file itself: each change puts another one in its place,
 * so whoever gets the lock looks whether it still is the configuration.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { flock } from "../../../ffi/calls/flock.ts";
import { AT_FDCWD, LOCK_EX, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { isNamed } from "../../storage/file_lock.ts";
import type { ContainerConfig } from "../container_config.ts";
import { configPath, readConfig, writeConfig } from "./records.ts";

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
  using locked = lockConfig(paths, id);
  const config = readConfig(paths, id);
  if (locked === undefined || config === undefined) throw noSuchContainer(id);
  const changed = change(config);
  writeConfig(paths, changed);
  return changed;
}

/**
 * Keeps a configuration from being changed. Blocks while a change is made.
 *
 * @returns `undefined` if there is none.
 */
export function lockConfig(paths: HostPaths, id: ContainerId): Fd | undefined {
  const path = configPath(paths, id);
  for (;;) {
    using opened = open(path);
    if (opened === undefined) return undefined;
    flock(opened.number, LOCK_EX);
    // Or it was replaced, or put away, while we waited.
    if (isNamed(opened, path)) return new Fd(opened.release());
  }
}

function open(path: string): Fd | undefined {
  try {
    return openat(AT_FDCWD, path, O_RDONLY);
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return undefined;
    throw error;
  }
}

function noSuchContainer(id: ContainerId): NotFoundError {
  return new NotFoundError(`No such container: ${id}`);
}
