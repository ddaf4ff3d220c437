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
import { HostError, NotFoundError, UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { withinNetwork } from "../../network/network_namespace.ts";
import { findConfig, requireProcess } from "../containers/look_up.ts";
import {
  namespacePath,
  type NetworkMode,
  sharedContainer,
} from "./network_mode.ts";
import type { NetworkPlace } from "./open_network.ts";
import { markShared } from "./shared_namespace.ts";

/**
 * Opens the namespace, which lasts until the container has joined it.
 *
 * @throws {InvalidStateError} If the other container does not run.
 * @throws {NotFoundError} If there is no such file or container.
 * @throws {UsageError} If the file is no network namespace.
 * @throws {HostError} If it cannot be opened or joined.
 */
export function joinNetwork(
  paths: HostPaths,
  network: NetworkMode,
): NetworkPlace {
  const other = sharedContainer(network);
  const namespace = other === undefined
    ? openNamespace(namespacePath(network) ?? "")
    : openShared(paths, other);
  return {
    path: `/proc/${Deno.pid}/fd/${namespace.number}`,
    keep: () => undefined,
    [Symbol.dispose]: () => namespace[Symbol.dispose](),
  };
}

function openShared(paths: HostPaths, other: ContainerId): Fd {
  const config = findConfig(paths, other);
  // It may have joined another one's itself.
  const further = sharedContainer(config.network);
  if (further !== undefined) return openShared(paths, further);
  const path = namespacePath(config.network);
  if (path !== undefined) return openNamespace(path);
  const requireRunning = (): number =>
    requireProcess(paths, config, "join the network of").pid;
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
  return openShared(paths, other);
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
