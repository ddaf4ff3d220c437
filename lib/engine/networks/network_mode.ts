/**
 * Where a container's network namespace comes from.
 *
 * @module
 * @see network_namespaces(7)
 */
import type { ContainerId } from "../../base/identifiers.ts";

/**
 * `none`: its own, with nothing but the loopback; `host`: the host's;
 * `connected`: its own, connected to the networks of its configuration;
 * `container:…`: that of another container; `ns:…`: that of a file, such as
 * `/run/netns/blue`.
 */
export type NetworkMode =
  | "none"
  | "host"
  | "connected"
  | `container:${ContainerId}`
  | `ns:${string}`;

/** As {@linkcode NetworkMode}, but the container is as a user names it. */
export type RequestedMode = NetworkMode | `container:${string}`;

/** The network that is made on first use; it is named `default`, too. */
export const DEFAULT_NETWORK = "bridge";

/** Whether a container has a network namespace of its own. */
export function ownsNetwork(mode: RequestedMode): boolean {
  return mode === "none" || mode === "connected";
}

/** The container whose network namespace a container shares, if it does. */
export function sharedContainer(mode: NetworkMode): ContainerId | undefined {
  return mode.startsWith("container:")
    ? mode.slice("container:".length) as ContainerId
    : undefined;
}

/** The file whose network namespace a container joins, if it does. */
export function namespacePath(mode: NetworkMode): string | undefined {
  return mode.startsWith("ns:") ? mode.slice("ns:".length) : undefined;
}
