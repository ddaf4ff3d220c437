/**
 * What a running container has of its networks: written by its keeper before
 * its program starts, and by who connects or disconnects it; gone with its
 * state.
 *
 * @module
 */
import {
  readTextFileIfExists,
  writeFileAtomically,
} from "../../base/atomic_file.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { removePath } from "../../base/remove_tree.ts";
import type { NetworkDriver } from "../../network/network_store.ts";

/** A container's place in a network. */
export interface EndpointState {
  /** The network's id. */
  readonly network: string;
  readonly networkName: string;
  /** Absent means `bridge`. */
  readonly driver?: NetworkDriver;
  /** Its device inside is `eth` and this. */
  readonly slot: number;
  /** With the prefix, such as `172.17.0.2/24`. */
  readonly addresses: readonly string[];
  /** Where packets go that no network is for; none if not through this one. */
  readonly gateways: readonly string[];
  /** Such as `02:42:ac:11:00:02`. */
  readonly macAddress: string;
  /** Every name that neighbours know it by, its own first. */
  readonly names: readonly string[];
}

/** What a running container has of its networks. */
export interface NetworkState {
  /** What the container calls itself: the first name of its own addresses. */
  readonly hostname?: string;
  readonly endpoints: readonly EndpointState[];
  /** As `parsePublication` takes them, with the host's ports: `8080:80/tcp`. */
  readonly ports: readonly string[];
}

/** What a container has that is connected to nothing, as far as is known. */
export const NO_NETWORKS: NetworkState = { endpoints: [], ports: [] };

/** The endpoint that is the way out; an internal network is none. */
export function wayOut(
  { endpoints }: Pick<NetworkState, "endpoints">,
): EndpointState | undefined {
  return endpoints.find(({ gateways }) => gateways.length > 0);
}

/**
 * The endpoint that published ports lead to: the way out, unless that is on the
 * wire of one of the host's devices, where the host does not reach it.
 */
export function publishedEndpoint(
  state: Pick<NetworkState, "endpoints">,
): EndpointState | undefined {
  const way = wayOut(state);
  return (way?.driver ?? "bridge") === "bridge" ? way : undefined;
}

/**
 * Reads it; `undefined` if the container does not run, or has no network. A
 * damaged one is there, with nothing in it.
 */
export function readNetworkState(
  paths: Pick<HostPaths, "states">,
  id: ContainerId,
): NetworkState | undefined {
  const text = readTextFileIfExists(pathOf(paths, id));
  return text === undefined ? undefined : parse(text);
}

/** Writes it. */
export function writeNetworkState(
  paths: Pick<HostPaths, "states">,
  id: ContainerId,
  state: NetworkState,
): void {
  writeFileAtomically(pathOf(paths, id), JSON.stringify(state));
}

/**
 * Has it tell no more than that there is something to give back. Takes no
 * space: it is done by who is to make some.
 */
export function emptyNetworkState(
  paths: Pick<HostPaths, "states">,
  id: ContainerId,
): void {
  Deno.truncateSync(pathOf(paths, id));
}

/** Forgets it; a missing one is forgotten already. */
export function forgetNetworkState(
  paths: Pick<HostPaths, "states">,
  id: ContainerId,
): void {
  removePath(pathOf(paths, id));
}

function pathOf(
  { states }: Pick<HostPaths, "states">,
  id: ContainerId,
): string {
  return `${states}/${id}/network.json`;
}

/**
 * One that is empty or damaged tells that there is something to give back, if
 * not what: leases tell that, too.
 */
function parse(text: string): NetworkState {
  try {
    const value: unknown = JSON.parse(text);
    return isNetworkState(value) ? value : NO_NETWORKS;
  } catch (error) {
    if (error instanceof SyntaxError) return NO_NETWORKS;
    throw error;
  }
}

/** As far as it could have been written by another version of this program. */
function isNetworkState(value: unknown): value is NetworkState {
  return typeof value === "object" && value !== null &&
    "endpoints" in value && Array.isArray(value.endpoints) &&
    "ports" in value && Array.isArray(value.ports);
}
