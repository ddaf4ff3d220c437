/**
 * Joins a network namespace that is there: another container's, or a file's.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CLOEXEC,
  O_NONBLOCK,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import {
  HostError,
  InvalidStateError,
  NotFoundError,
  UsageError,
} from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { withinNetwork } from "../../network/network_namespace.ts";
import type { ContainerConfig } from "../container_config.ts";
import { readStatus } from "../containers/list.ts";
import { findProcess } from "../containers/look_up.ts";
import { readConfig } from "../containers/records.ts";
import { namespacePath, sharedContainer } from "./network_mode.ts";
import type { NetworkPlace } from "./open_network.ts";
import { markShared } from "./shared_namespace.ts";

/** Who joins, and whose it was said to be. */
type Sharer = Pick<ContainerConfig, "name" | "network" | "networkOwner">;

/**
 * Opens the namespace, which lasts until the container has joined it.
 *
 * @throws {InvalidStateError} If the other container does not run; in docker's
 * words.
 * @throws {NotFoundError} If there is no such file or container.
 * @throws {UsageError} If the file is no network namespace.
 * @throws {HostError} If it cannot be opened or joined.
 */
export function joinNetwork(
  paths: HostPaths,
  config: Sharer,
): NetworkPlace {
  const other = sharedContainer(config.network);
  const namespace = other === undefined
    ? openNamespace(namespacePath(config.network) ?? "")
    : openShared(paths, config, other);
  return {
    path: `/proc/${Deno.pid}/fd/${namespace.number}`,
    keep: () => undefined,
    [Symbol.dispose]: () => namespace[Symbol.dispose](),
  };
}

function openShared(
  paths: HostPaths,
  sharer: Sharer,
  other: ContainerId,
): Fd {
  const config = readConfig(paths, other);
  if (config === undefined) throw ownerGone(sharer, other);
  // It may have joined another one's itself.
  const further = sharedContainer(config.network);
  if (further !== undefined) return openShared(paths, config, further);
  const path = namespacePath(config.network);
  if (path !== undefined) return openNamespace(path);
  const requireRunning = (): number => {
    const running = findProcess(paths, other);
    if (running === undefined) throw ownerNotRunning(paths, config);
    return running.pid;
  };
  const pid = requireRunning();
  try {
    if (config.network === "connected") markShared(paths, other);
    using undo = new DisposableStack();
    const namespace = undo.use(openNamespace(`/proc/${pid}/ns/net`));
    // It may have ended before, and its number be another one's.
    if (requireRunning() === pid) {
      undo.move();
      return namespace;
    }
  } catch (error) {
    // What has ended has nothing left to be marked or joined.
    requireRunning();
    throw error;
  }
  return openShared(paths, sharer, other);
}

function ownerNotRunning(
  paths: HostPaths,
  config: ContainerConfig,
): InvalidStateError {
  const { id, name } = config;
  return new InvalidStateError(
    id,
    "join the network of",
    readStatus(paths, config).state,
    `cannot join network of a non running container: ${name}`,
    { advice: `tsdocker start ${name}` },
  );
}

/** Another one of the name is another one: it has to be asked for. */
function ownerGone(
  { name, networkOwner }: Sharer,
  other: ContainerId,
): NotFoundError {
  const owner = networkOwner ?? other;
  return new NotFoundError(
    `Container "${name}" shares the network of container "${owner}", which has been removed`,
    { advice: `create "${name}" again, with --network container:NAME` },
  );
}

function openNamespace(path: string): Fd {
  using undo = new DisposableStack();
  try {
    // Of a pipe, nobody waits for who writes to it.
    const flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK;
    const namespace = undo.use(openat(AT_FDCWD, path, flags));
    withinNetwork(namespace, () => undefined);
    undo.move();
    return namespace;
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR")) {
      throw new NotFoundError(`There is no network namespace "${path}"`, {
        cause: error,
        advice: "ip netns list",
      });
    }
    if (isSyscallError(error, "EINVAL")) {
      throw new UsageError(`"${path}" is no network namespace`, {
        cause: error,
        advice: "--network ns:/run/netns/NAME",
      });
    }
    if (!isSyscallError(error)) throw error;
    throw new HostError(
      `Cannot join the network namespace "${path}": ${error.message}`,
      { cause: error },
    );
  }
}
