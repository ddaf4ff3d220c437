/**
 * Leads a running container's published ports where they are to lead now.
 *
 * @module
 */
import type { ContainerId } from "../../base/identifiers.ts";
import type { KernelNetwork } from "../../network/bridge_network.ts";
import {
  forgetConnections,
  forgetEarlierConnections,
} from "../../network/conntrack/forget_connections.ts";
import { ensureOwnTable } from "../../network/ensure_own_table.ts";
import { removeDetours } from "../../network/loopback_detour.ts";
import { publicationRules } from "../../network/nftables/publication_rules.ts";
import { replaceRules } from "../../network/own_filter.ts";
import type { NetworkState } from "./network_state.ts";
import { detourPorts, publishedContainer } from "./published_ports.ts";

/**
 * Changes the rules of a container in one step, if they are to be others.
 *
 * @param before What it had of its networks until now.
 * @throws {NetlinkError} If the kernel refuses; then they are as they were.
 */
export function republish(
  kernel: KernelNetwork,
  id: ContainerId,
  { before, after }: {
    readonly before: NetworkState;
    readonly after: NetworkState;
  },
): void {
  const old = publishedContainer(id, before);
  const now = publishedContainer(id, after);
  if (textOf(old) === textOf(now)) return;
  const { links, table } = kernel;
  ensureOwnTable(table);
  replaceRules(table, (owner) => owner === id, publicationRules(now));
  removeDetours(table, id);
  detourPorts(kernel, id, after);
  const { filter } = table;
  // What goes on with UDP would go on where it has been led.
  forgetConnections(filter, old);
  forgetEarlierConnections({ filter, links }, now);
}

function textOf(value: unknown): string {
  return JSON.stringify(
    value,
    (_, part) => typeof part === "bigint" ? part.toString() : part,
  );
}
