/**
 * Events of networks.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { NetworkRecord } from "../../network/network_store.ts";
import { recordEvent } from "../events.ts";
import type { NetworkState } from "./network_state.ts";

type Paths = Pick<HostPaths, "events">;

/** What an event tells of a network. */
type Subject = Pick<NetworkRecord, "id" | "name" | "driver">;

/** Writes down that a network is there, or is gone. */
export function recordNetworkEvent(
  paths: Paths,
  { id, name, driver }: Subject,
  action: "create" | "destroy",
): void {
  const attributes = { name, type: driver };
  recordEvent(paths, { type: "network", action, id, attributes });
}

/** Writes down that a container is in a network, or no longer is. */
export function recordNetworkUse(
  paths: Paths,
  { id, name, driver }: Subject,
  { action, container }: {
    readonly action: "connect" | "disconnect";
    readonly container: ContainerId;
  },
): void {
  const attributes = { container, name, type: driver };
  recordEvent(paths, { type: "network", action, id, attributes });
}

/** Writes down that a container is in its networks, or no longer is. */
export function recordEndpointEvents(
  paths: Paths,
  container: ContainerId,
  { endpoints }: Pick<NetworkState, "endpoints">,
  action: "connect" | "disconnect",
): void {
  for (
    const { network: id, networkName: name, driver = "bridge" } of endpoints
  ) {
    recordNetworkUse(paths, { id, name, driver }, { action, container });
  }
}
