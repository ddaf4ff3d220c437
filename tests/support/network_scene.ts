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
import { ensureOwnTable } from "../../lib/network/ensure_own_table.ts";
import { parseIpAddress } from "../../lib/network/ip_address.ts";
import { NetlinkSocket } from "../../lib/network/netlink/netlink_socket.ts";
import { withinNetwork } from "../../lib/network/network_namespace.ts";
import { enableForwarding } from "../../lib/network/network_sysctl.ts";
import { networkRules } from "../../lib/network/nftables/own_table.ts";
import { settleRules } from "../../lib/network/own_filter.ts";
import { OWN_TABLE, type OwnTable } from "../../lib/network/own_table_name.ts";
import {
  type InterfaceAddress,
  parseInterfaceAddress,
  parseSubnet,
} from "../../lib/network/subnet.ts";
import { makeNetworkNamespace } from "./network_namespace.ts";
import { addGateways, joinByWire, linkOf, openRoutes } from "./network_wire.ts";

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
    this.links = this.#stack.use(openRoutes(this.host));
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
    joinByWire({
      namespace: this.host,
      device: "wire",
      addresses: [`${HOST[4]}/24`, `${HOST[6]}/64`],
    }, {
      namespace: this.outside,
      device: "eth0",
      addresses: [`${OUTSIDE[4]}/24`, `${OUTSIDE[6]}/64`],
    });
    using far = openRoutes(this.outside);
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

/** Sets whether what stays within a bridge of this namespace is filtered. */
export function setBridgeFilter(state: "on" | "off"): void {
  if (!hasBridgeFilter()) return;
  const value = state === "on" ? "1" : "0";
  for (const program of ["iptables", "ip6tables"]) {
    const path = `/proc/sys/net/bridge/bridge-nf-call-${program}`;
    Deno.writeTextFileSync(path, value);
  }
}

function interfaceAddress(text: string): InterfaceAddress {
  return given(parseInterfaceAddress(text));
}

function given<T>(value: T | undefined): T {
  assert.ok(value !== undefined);
  return value;
}
