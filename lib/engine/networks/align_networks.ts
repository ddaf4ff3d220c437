/**
 * Makes a running container's networks those of its configuration: whoever was
 * connecting or disconnecting it has been killed over it.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { namesIn } from "../../base/names_in.ts";
import { detach, portName } from "../../network/attachment.ts";
import type { KernelNetwork } from "../../network/bridge_network.ts";
import { readLink } from "../../network/link/link.ts";
import { listLinks } from "../../network/link/link_requests.ts";
import type { ContainerConfig } from "../container_config.ts";
import { readConfig } from "../containers/records.ts";
import { changeNetworks } from "./change_networks.ts";
import { leasesOf } from "./endpoint.ts";
import { type NetworkState, readNetworkState } from "./network_state.ts";

/**
 * Connects it to what it lacks, disconnects it from what it has too much, and
 * gives back what is of neither.
 *
 * @returns A sentence for each thing.
 * @throws {NotFoundError} If a network has been removed.
 * @throws {NetlinkError} If the kernel refuses; then nothing has changed.
 */
export function alignNetworks(
  paths: HostPaths,
  { links }: Pick<KernelNetwork, "links">,
  id: ContainerId,
): string[] {
  const container = `container ${shortId(id)}`;
  const config = readConfig(paths, id);
  const state = readNetworkState(paths, id);
  if (config?.network !== "connected" || state === undefined) return [];
  const slots = slotsOf(links, id);
  if (isAligned(paths, { config, state, slots })) return [];
  const told: string[] = [];
  changeNetworks(paths, id, ({ before, live, undo }) => {
    const running = live();
    if (running === undefined) return before;
    const networks = before.networks ?? [];
    const surplus = running.state.endpoints.filter((endpoint) =>
      !networks.some(({ network }) => network === endpoint.network)
    );
    for (const endpoint of surplus) {
      undo.use(running.disconnect(endpoint));
      told.push(`Disconnected ${container} from ${endpoint.networkName}`);
    }
    for (const endpoint of networks) {
      const { endpoints } = running.state;
      if (endpoints.some(({ network }) => network === endpoint.network)) {
        continue;
      }
      const request = { config: before, endpoint };
      undo.use(running.connect(request, (note) => void told.push(note)));
      told.push(`Connected ${container} to ${endpoint.networkName}`);
    }
    const place = { id, state: running.state };
    for (const slot of straySlots(slotsOf(links, id), place.state)) {
      detach(links, id, slot);
      told.push(`Removed the device ${portName(id, slot)}: nobody needs it`);
    }
    for (const network of strayLeases(paths, place)) {
      leasesOf(paths, network).release(id);
      if (surplus.some((endpoint) => endpoint.network === network)) continue;
      told.push(`Released an address that ${container} does not need`);
    }
    return before;
  });
  return told;
}

/** Whether there is nothing to do; what is being done right now may differ. */
function isAligned(
  paths: HostPaths,
  { config, state, slots }: {
    readonly config: ContainerConfig;
    readonly state: NetworkState;
    readonly slots: readonly number[];
  },
): boolean {
  const ids = (endpoints: readonly { readonly network: string }[]): string =>
    endpoints.map(({ network }) => network).toSorted().join();
  return ids(config.networks ?? []) === ids(state.endpoints) &&
    straySlots(slots, state).length === 0 &&
    strayLeases(paths, { id: config.id, state }).length === 0;
}

/** Networks in which it has an address, and is not. */
function strayLeases(
  paths: HostPaths,
  { id, state }: { readonly id: ContainerId; readonly state: NetworkState },
): string[] {
  return namesIn(paths.addresses).filter((network) =>
    !state.endpoints.some((endpoint) => endpoint.network === network) &&
    leasesOf(paths, network).list().some(({ owner }) => owner === id)
  );
}

function straySlots(
  slots: readonly number[],
  { endpoints }: NetworkState,
): number[] {
  return slots.filter((slot) => !endpoints.some((one) => one.slot === slot));
}

/** The numbers of its devices at bridges. */
function slotsOf(
  links: KernelNetwork["links"],
  id: ContainerId,
): number[] {
  const start = portName(id, 0).slice(0, -1);
  return links.list(listLinks()).map(readLink)
    .filter(({ name }) => name.startsWith(start))
    .map(({ name }) => Number(name.slice(start.length)));
}
