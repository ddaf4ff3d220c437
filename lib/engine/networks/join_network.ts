/**
 * Joins a network namespace that is there: another container's, or a file's.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { NotFoundError, UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { withinNetwork } from "../../network/network_namespace.ts";
import { findConfig, requireProcess } from "../containers/look_up.ts";
import {
  namespacePath,
  type NetworkMode,
  ownsNetwork,
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
 */
export function joinNetwork(
  paths: HostPaths,
  network: NetworkMode,
): NetworkPlace {
  const namespace = openNamespace(pathOf(paths, network));
  return {
    path: `/proc/${Deno.pid}/fd/${namespace.number}`,
    keep: () => undefined,
    [Symbol.dispose]: () => namespace[Symbol.dispose](),
  };
}

function pathOf(paths: HostPaths, network: NetworkMode): string {
  const other = sharedContainer(network);
  if (other === undefined) return namespacePath(network) ?? "";
  const config = findConfig(paths, other);
  // It may have joined another one's itself.
  if (!ownsNetwork(config.network)) return pathOf(paths, config.network);
  const { pid } = requireProcess(paths, config, "join the network of");
  if (config.network === "connected") markShared(paths, config.id);
  return `/proc/${pid}/ns/net`;
}

function openNamespace(path: string): Fd {
  using undo = new DisposableStack();
  try {
    const namespace = undo.use(openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC));
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
    throw error;
  }
}
