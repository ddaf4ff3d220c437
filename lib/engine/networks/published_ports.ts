/**
 * The host's ports that lead to a container: taken before anything else is done
 * for it, and redirected by rules of the packet filter.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { KernelNetwork } from "../../network/bridge_network.ts";
import {
  forgetConnections,
  forgetEarlierConnections,
} from "../../network/conntrack/forget_connections.ts";
import { findPortHolder, isHostPortFree } from "../../network/host_ports.ts";
import type { IpAddress } from "../../network/ip_address.ts";
import { ensureDetour, removeDetours } from "../../network/loopback_detour.ts";
import {
  publicationRules,
  type PublishedContainer,
} from "../../network/nftables/publication_rules.ts";
import { removeRulesOf, replaceRules } from "../../network/own_filter.ts";
import { type HostPorts, PortLeases } from "../../network/port_leases.ts";
import {
  formatPublication,
  parsePublication,
  type SettledPublication,
} from "../../network/port_publication.ts";
import type { ContainerConfig } from "../container_config.ts";
import { addressesOf } from "./endpoint.ts";
import { bindToHost } from "./host_binding.ts";
import { type NetworkState, publishedEndpoint } from "./network_state.ts";
import { ownerName } from "./owner_name.ts";

/**
 * Takes the ports that a container publishes: all, or none.
 *
 * @returns Them as `-p` takes them, with the ports that were chosen.
 * @throws {ConflictError} If one is taken; it says by whom.
 */
export function claimPorts(
  paths: HostPaths,
  config: Pick<ContainerConfig, "id" | "publish" | "networks">,
): string[] {
  const publish = bindToHost(paths, config, config.publish ?? []);
  return new PortLeases(paths.ports)
    .claim(config.id, publish.map(parsePublication), portsOfHost(paths))
    .map(formatPublication);
}

/**
 * Takes other ports than a container has: all, or none.
 *
 * @param publish As `-p` takes them; those it has may be among them.
 * @returns The same with the ports that were chosen.
 * @throws {ConflictError} If one is taken; then it keeps those it has.
 */
export function replacePorts(
  paths: HostPaths,
  container: ContainerId,
  publish: readonly string[],
): string[] {
  return new PortLeases(paths.ports)
    .replace(container, publish.map(parsePublication), portsOfHost(paths))
    .map(formatPublication);
}

function portsOfHost(paths: HostPaths): HostPorts {
  return {
    isFree: isHostPortFree,
    findHolder: findPortHolder,
    nameOf: (owner) => ownerName(paths, owner),
  };
}

/** Has the ports of a container lead to it, and to nobody else. */
export function publishPorts(
  kernel: KernelNetwork,
  container: ContainerId,
  state: NetworkState,
): void {
  const published = publishedContainer(container, state);
  if (published.publications.length === 0) return;
  const rules = publicationRules(published);
  // Those of before, if there are any, may lead elsewhere.
  replaceRules(kernel.table, (owner) => owner === container, rules);
  const { table: { filter }, links } = kernel;
  forgetEarlierConnections({ filter, links }, published);
}

/**
 * Has `[::1]` reach the ports of a container, where that takes a detour. To be
 * done when it is attached.
 */
export function detourPorts(
  kernel: KernelNetwork,
  container: ContainerId,
  state: NetworkState,
): void {
  const slot = publishedEndpoint(state)?.slot ?? 0;
  const { publications } = publishedContainer(container, state);
  if (publications.length === 0) return;
  ensureDetour(kernel, { container, slot, publications });
}

/** Gives the ports of a container up; forgives what is gone. */
export function unpublishPorts(
  { ports }: Pick<HostPaths, "ports">,
  { table }: KernelNetwork,
  container: ContainerId,
  state: NetworkState,
): void {
  removeRulesOf(table, (owner) => owner === container);
  removeDetours(table, container);
  forgetConnections(table.filter, publishedContainer(container, state));
  // Last: while it is taken, the next command knows of the rules.
  new PortLeases(ports).release(container);
}

/**
 * Where published ports lead: to the addresses by which the container reaches
 * the world. One without a way out has none that are published.
 */
export function publishedAddresses(state: NetworkState): IpAddress[] {
  const endpoint = publishedEndpoint(state);
  return endpoint === undefined ? [] : addressesOf(endpoint);
}

/** A container and where its published ports lead. */
export function publishedContainer(
  id: ContainerId,
  state: NetworkState,
): PublishedContainer {
  const publications = state.ports.map(parsePublication).filter(isSettled);
  return { id, addresses: publishedAddresses(state), publications };
}

function isSettled(
  publication: ReturnType<typeof parsePublication>,
): publication is SettledPublication {
  return publication.hostPorts !== undefined;
}
