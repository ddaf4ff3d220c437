/**
 * Takes away what containers and networks that are gone have left: addresses,
 * ports, rules and devices, in the network namespace of the calling thread.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { namesIn } from "../../base/names_in.ts";
import { removeFileIfExists } from "../../base/remove_file.ts";
import { AddressLeases } from "../../network/address_leases.ts";
import { removeAbandonedPorts } from "../../network/attachment.ts";
import { removeAbandonedBridges } from "../../network/bridge_device.ts";
import type { KernelNetwork } from "../../network/bridge_network.ts";
import { formatIpAddress } from "../../network/ip_address.ts";
import { linkNamed } from "../../network/link/named_link.ts";
import { removeAbandonedDetours } from "../../network/loopback_detour.ts";
import type { NetworkRecord } from "../../network/network_store.ts";
import { BASE_OWNER } from "../../network/nftables/rule_owner.ts";
import { presentRules, removeRulesOf } from "../../network/own_filter.ts";
import type { OwnTable } from "../../network/own_table_name.ts";
import { PortLeases } from "../../network/port_leases.ts";
import { formatPorts } from "../../network/port_publication.ts";
import { forgetSettled } from "../../network/settled_network.ts";
import type { LivingContainers } from "../containers/living_containers.ts";

type Paths = Pick<HostPaths, "addresses" | "ports" | "settled">;

/** Who needs something still. */
export interface Needed {
  readonly networks: readonly NetworkRecord[];
  readonly living: LivingContainers;
}

/**
 * Takes away what nobody needs.
 *
 * @returns A sentence for each thing.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function sweepNetworks(
  paths: Paths,
  { links, table }: KernelNetwork,
  needed: Needed,
): string[] {
  const bridges = needed.networks
    .filter(({ driver }) => driver === "bridge")
    .flatMap(({ device }) => linkNamed(links, device)?.index ?? []);
  const ports = removeAbandonedPorts(links, {
    bridges: new Set(bridges),
    isAlive: (start) => needed.living.hasStart(start),
  });
  const known = knownNetworks(paths, needed);
  sweepNotes(paths, known);
  // Notes of what the kernel has: nobody misses those of networks that are gone.
  for (const id of namesIn(paths.settled)) {
    if (!known.has(id)) forgetSettled(paths.settled, id);
  }
  return [
    ...sweepRules(table, known, needed),
    ...ports.map((name) => `Removed the device ${name}: its container is gone`),
    ...removeAbandonedDetours(table, (start) => needed.living.hasStart(start))
      .map((name) => `Removed the detour of ${name}: its container is gone`),
    ...sweepBridges({ links, table }, known),
    // Last: who gets an address must not get what others still have.
    ...sweepAddresses(paths, needed),
    ...sweepPorts(paths, needed),
  ];
}

/** The ids of networks; one whose record is damaged may be in use. */
function knownNetworks(
  { addresses }: Pick<Paths, "addresses">,
  { networks, living }: Needed,
): ReadonlySet<string> {
  const inUse = namesIn(addresses).filter((id) =>
    new AddressLeases(`${addresses}/${id}`).list()
      .some(({ owner }) => living.has(owner))
  );
  return new Set([...networks.map(({ id }) => id), ...inUse]);
}

/** A note of what is gone is nothing to tell of. */
function sweepNotes(
  { settled }: Pick<Paths, "settled">,
  known: ReadonlySet<string>,
): void {
  for (const name of namesIn(settled)) {
    // Who is writing one has its number behind the network's id.
    const [id = name] = name.split("~");
    if (!known.has(id)) removeFileIfExists(`${settled}/${name}`);
  }
}

function sweepBridges(
  { links, table: { name: table } }: KernelNetwork,
  known: ReadonlySet<string>,
): string[] {
  return removeAbandonedBridges(links, {
    table,
    isKnown: (id) => known.has(id),
  })
    .map((name) => `Removed the bridge ${name}: its network is gone`);
}

function sweepRules(
  table: OwnTable,
  known: ReadonlySet<string>,
  { living }: Needed,
): string[] {
  const owners = new Set(
    presentRules(table).flatMap(({ owner }) => owner?.owner ?? []),
  );
  const gone = new Set(
    [...owners].filter((owner) =>
      owner !== BASE_OWNER && !known.has(owner) && !living.has(owner)
    ),
  );
  if (gone.size === 0) return [];
  removeRulesOf(table, (owner) => gone.has(owner));
  return [...gone].map((owner) =>
    `Removed the rules of ${owner.slice(0, 12)}: it is gone`
  );
}

function sweepAddresses(
  { addresses }: Pick<Paths, "addresses">,
  { networks, living }: Needed,
): string[] {
  return namesIn(addresses).flatMap((id) => {
    const name = networks.find((network) => network.id === id)?.name ??
      id.slice(0, 12);
    return new AddressLeases(`${addresses}/${id}`)
      .releaseAbandoned((owner) => living.has(owner))
      .map(({ address, owner }) =>
        `Released the address ${formatIpAddress(address)} of network ${name}: ${
          describe(owner)
        } is gone`
      );
  });
}

function sweepPorts(
  { ports }: Pick<Paths, "ports">,
  { living }: Needed,
): string[] {
  return new PortLeases(ports)
    .releaseAbandoned((owner) => living.has(owner))
    .map(({ protocol, hostPorts, owner }) =>
      `Released the port ${formatPorts(hostPorts)}/${protocol}: ${
        describe(owner)
      } is gone`
    );
}

function describe(owner: string): string {
  return `container ${owner.slice(0, 12)}`;
}
