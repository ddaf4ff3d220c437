/**
 * Gives running containers back what they had of networks and somebody has
 * taken away: who has emptied the packet filter, or removed a bridge.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { portName } from "../../network/attachment.ts";
import { type KernelNetwork } from "../../network/bridge_network.ts";
import { ensureNetwork } from "../../network/ensure_network.ts";
import type { IpVersion } from "../../network/ip_address.ts";
import { linkNamed } from "../../network/link/named_link.ts";
import type { NetworkRecord } from "../../network/network_store.ts";
import { outsideVersions } from "../../network/outside_versions.ts";
import { presentRules } from "../../network/own_filter.ts";
import { renewTable } from "../../network/renew_table.ts";
import { lockConfig } from "../containers/change_config.ts";
import { findProcess } from "../containers/look_up.ts";
import { openNetworkOf } from "./live_network.ts";
import { attachEndpoint } from "./network_means.ts";
import { type EndpointState, readNetworkState } from "./network_state.ts";
import { ownAddressTest } from "./network_subnets.ts";
import { detourPorts, publishPorts } from "./published_ports.ts";

/** Whose networks are looked at, and those that there are. */
export interface Restoration {
  readonly containers: readonly ContainerId[];
  readonly networks: readonly NetworkRecord[];
}

/**
 * Restores what is missing; containers that do not run are passed over.
 *
 * @returns A sentence for each thing that was.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function restoreNetworks(
  paths: HostPaths,
  kernel: KernelNetwork,
  { containers, networks }: Restoration,
): string[] {
  const before = ruleNames(kernel);
  const told: string[] = [];
  const outside = outsideVersions(ownAddressTest(paths));
  const bridges = new Map<string, number>();
  const bridgeOf = (id: string): number | undefined => {
    const network = networks.find((one) => one.id === id);
    if (network?.driver !== "bridge") return undefined;
    const bridge = bridges.get(id) ??
      restoreBridge(kernel, { network, outside, told });
    bridges.set(id, bridge);
    return bridge;
  };
  for (const id of containers) {
    // Nobody connects or disconnects it meanwhile.
    using _locked = lockConfig(paths, id);
    const state = readNetworkState(paths, id);
    const running = findProcess(paths, id);
    if (state === undefined || running === undefined) continue;
    renewTable(kernel.table);
    for (const endpoint of state.endpoints) {
      const place = { id, pid: running.pid, endpoint };
      const bridge = bridgeOf(endpoint.network);
      if (bridge === undefined || isAttached(kernel, place, bridge)) continue;
      attachAgain(paths, kernel, place);
      told.push(
        `Connected container ${
          shortId(id)
        } to network ${endpoint.networkName} again`,
      );
    }
    publishPorts(kernel, id, state);
    detourPorts(kernel, id, state);
  }
  const restored = ruleNames(kernel).filter((rule) => !before.includes(rule));
  return restored.length === 0
    ? told
    : [...told, `Restored ${restored.length} rules of the packet filter`];
}

/** A container's place in a network. */
interface Place {
  readonly id: ContainerId;
  /** Of its process 1. */
  readonly pid: number;
  readonly endpoint: EndpointState;
}

/** Returns the bridge's number. */
function restoreBridge(
  kernel: KernelNetwork,
  { network, outside, told }: {
    readonly network: NetworkRecord;
    readonly outside: ReadonlySet<IpVersion>;
    readonly told: string[];
  },
): number {
  const was = linkNamed(kernel.links, network.device);
  const { bridge, nowForwarding } = ensureNetwork(kernel, network, outside);
  if (was?.isUp !== true) {
    told.push(`Made the bridge of network ${network.name} again`);
  }
  for (const version of nowForwarding) {
    told.push(`This host passes packets of IPv${version} on again`);
  }
  return bridge;
}

function isAttached(
  { links }: KernelNetwork,
  { id, endpoint: { slot } }: Place,
  bridge: number,
): boolean {
  const port = linkNamed(links, portName(id, slot));
  return port?.isUp === true && port.master === bridge;
}

function attachAgain(
  paths: HostPaths,
  kernel: KernelNetwork,
  { id, pid, endpoint }: Place,
): void {
  using namespace = openNetworkOf(id, pid);
  attachEndpoint(kernel, { paths, container: id, namespace }, endpoint);
}

function ruleNames({ table }: KernelNetwork): string[] {
  return presentRules(table).flatMap(({ chain, owner }) =>
    owner === undefined ? [] : [`${chain} ${owner.owner} ${owner.part}`]
  );
}
