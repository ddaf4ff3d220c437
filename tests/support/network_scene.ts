/**
 * A machine with containers on bridges, and another machine on its wire: each
 * a network namespace of its own.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { Fd } from "../../ffi/fd.ts";
import { attach } from "../../lib/network/attachment.ts";
import { ensureBridge } from "../../lib/network/bridge_device.ts";
import { parseIpAddress } from "../../lib/network/ip_address.ts";
import { addAddress } from "../../lib/network/link/address_requests.ts";
import { type Link, readLink } from "../../lib/network/link/link.ts";
import {
  changeLink,
  createVethPair,
  findLink,
} from "../../lib/network/link/link_requests.ts";
import { addDefaultRoute } from "../../lib/network/link/route_requests.ts";
import { NetlinkSocket } from "../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../lib/network/network_namespace.ts";
import { enableForwarding } from "../../lib/network/network_sysctl.ts";
import {
  networkRules,
  OWN_TABLE,
} from "../../lib/network/nftables/own_table.ts";
import {
  ensureOwnTable,
  type OwnTable,
  settleRules,
} from "../../lib/network/own_filter.ts";
import {
  type InterfaceAddress,
  parseInterfaceAddress,
  parseSubnet,
} from "../../lib/network/subnet.ts";
import { makeNetworkNamespace } from "./network_namespace.ts";

/** A bridge, and what is asked of its network. */
export interface SceneNetwork {
  readonly bridge: string;
  /** The bridge's addresses, `10.7.0.1/24`. */
  readonly addresses: readonly string[];
  readonly access?: "world" | "internal";
  readonly masquerade?: "on" | "off";
  readonly neighbours?: "reached" | "isolated";
}

/** The other machine's addresses. */
export const OUTSIDE = { 4: "192.0.2.2", 6: "2001:db8::2" } as const;

/** The machine's addresses on the wire to the other one. */
export const HOST = { 4: "192.0.2.1", 6: "2001:db8::1" } as const;

/** The namespaces and sockets of a scene, closed when its scope ends. */
export class NetworkScene implements Disposable {
  readonly #stack = new DisposableStack();
  readonly host: Fd;
  readonly outside: Fd;
  readonly links: NetlinkSocket;
  readonly table: OwnTable;

  /**
   * A machine that passes packets on, with our table, and another machine.
   *
   * @param bridgeFilter Whether packets within bridges are filtered too.
   */
  constructor(bridgeFilter: "on" | "off" = "off") {
    this.host = this.#stack.use(makeNetworkNamespace());
    this.outside = this.#stack.use(makeNetworkNamespace());
    this.links = this.#stack.use(routesOf(this.host));
    const filter = this.#stack.use(
      withinNetwork(this.host, () => NetlinkSocket.openNetfilter()),
    );
    this.table = { filter, name: OWN_TABLE };
    withinNetwork(this.host, () => {
      enableForwarding(4);
      enableForwarding(6);
      setBridgeFilter(bridgeFilter);
    });
    ensureOwnTable(this.table);
    raise(this.links, "lo", []);
    this.links.perform(createVethPair({
      name: "wire",
      peer: { name: "eth0", namespace: this.outside },
    }));
    raise(this.links, "wire", [`${HOST[4]}/24`, `${HOST[6]}/64`]);
    using far = routesOf(this.outside);
    raise(far, "eth0", [`${OUTSIDE[4]}/24`, `${OUTSIDE[6]}/64`]);
    addGateways(far, [HOST[4], HOST[6]]);
  }

  /** Makes a bridge with its rules. */
  addNetwork(network: SceneNetwork): void {
    const { bridge, addresses, access = "world", ...more } = network;
    const owner = { table: OWN_TABLE, network: bridge };
    const device = {
      ...{ name: bridge, owner },
      addresses: addresses.map(interfaceAddress),
    };
    withinNetwork(this.host, () => ensureBridge(this.links, device));
    const subnets = addresses.map((text) => given(parseSubnet(text)));
    const rules = networkRules({
      ...{ id: bridge, bridge, subnets, access },
      ...more,
    });
    settleRules(this.table, (owner) => owner === bridge, rules);
  }

  /** Makes a container's namespace, on a bridge. */
  addContainer(
    container: string,
    bridge: string,
    { addresses, gateways, neighbours = "reached" }: {
      addresses: readonly [string, ...string[]];
      gateways: readonly string[];
      neighbours?: "reached" | "isolated";
    },
  ): Fd {
    const namespace = this.#stack.use(makeNetworkNamespace());
    const [first, ...rest] = addresses;
    attach(this.links, namespace, {
      container,
      slot: 0,
      neighbours,
      bridge: linkOf(this.links, bridge).index,
      addresses: [interfaceAddress(first), ...rest.map(interfaceAddress)],
      gateways: gateways.map((text) => given(parseIpAddress(text))),
    });
    return namespace;
  }

  /** Ends everything. */
  [Symbol.dispose](): void {
    this.#stack.dispose();
  }
}

function routesOf(namespace: Fd): NetlinkSocket {
  return withinNetwork(namespace, () => NetlinkSocket.openRoute());
}

/** Whether this kernel can filter what stays within a bridge. */
export function hasBridgeFilter(): boolean {
  try {
    Deno.statSync("/proc/sys/net/bridge");
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

function setBridgeFilter(state: "on" | "off"): void {
  if (!hasBridgeFilter()) return;
  const value = state === "on" ? "1" : "0";
  for (const program of ["iptables", "ip6tables"]) {
    const path = `/proc/sys/net/bridge/bridge-nf-call-${program}`;
    Deno.writeTextFileSync(path, value);
  }
}

/** A device as it is. */
export function linkOf(socket: NetlinkSocket, name: string): Link {
  return readLink(socket.get(findLink(name)));
}

function raise(
  socket: NetlinkSocket,
  name: string,
  addresses: readonly string[],
): void {
  const { index } = linkOf(socket, name);
  socket.perform(changeLink(index, { state: "up" }));
  for (const text of addresses) {
    socket.perform(addAddress(index, given(parseInterfaceAddress(text))));
  }
}

function addGateways(
  socket: NetlinkSocket,
  gateways: readonly string[],
): void {
  for (const text of gateways) {
    socket.perform(addDefaultRoute(given(parseIpAddress(text))));
  }
}

function interfaceAddress(text: string): InterfaceAddress {
  return given(parseInterfaceAddress(text));
}

function given<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
