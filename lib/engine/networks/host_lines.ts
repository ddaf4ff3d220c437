/**
 * The lines of a container's `/etc/hosts` that are kept current: of itself, and
 * of the containers it shares a network with. Pure.
 *
 * @module
 */
import type { ContainerId } from "../../base/identifiers.ts";
import { formatHostEntry, localNames } from "../../network/hosts_file.ts";
import type { EndpointState, NetworkState } from "./network_state.ts";

/** What the containers of a network are called, as lines of text. */
interface NetworkLines {
  /** Lines of all of them, in the order of addresses. */
  readonly text: string;
  /** Where in it those of each are, in order: from a line's start to its end. */
  readonly places: ReadonlyMap<ContainerId, readonly Place[]>;
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** One address of a container, as its neighbours read of it. */
interface NamedAddress {
  readonly owner: ContainerId;
  readonly address: string;
  readonly line: string;
}

/** Who is in which network, by the network's id. */
export type NetworkNames = ReadonlyMap<string, NetworkLines>;

/** Anything else in a name would end it, or the line. */
const USABLE = /^[^\s#]+$/;

/**
 * Gathers who is in which network. The text is made here and not for each
 * neighbour: of 200 containers in a network those would be 40,000 lines.
 */
export function gatherNames(
  states: ReadonlyMap<ContainerId, NetworkState>,
): NetworkNames {
  const gathered = new Map<string, NamedAddress[]>();
  for (const [owner, { endpoints }] of states) {
    for (const endpoint of endpoints) {
      const others = gathered.get(endpoint.network) ?? [];
      others.push(...namedAddresses(owner, endpoint));
      gathered.set(endpoint.network, others);
    }
  }
  return new Map(
    [...gathered].map(([network, addresses]) => [
      network,
      joinLines(addresses.sort(byAddress)),
    ]),
  );
}

function joinLines(addresses: readonly NamedAddress[]): NetworkLines {
  const places = new Map<ContainerId, Place[]>();
  let end = 0;
  for (const { owner, line } of addresses) {
    const start = end;
    end += line.length;
    const others = places.get(owner);
    if (others === undefined) places.set(owner, [{ start, end }]);
    else others.push({ start, end });
  }
  return { text: addresses.map(({ line }) => line).join(""), places };
}

/**
 * The lines of one container as text: its own first, then those of its
 * neighbours in one network after the other.
 */
export function hostLines(
  id: ContainerId,
  { hostname, endpoints }: NetworkState,
  names: NetworkNames,
): string {
  const called = hostname === undefined ? [] : hostnameForms(hostname);
  let own = "";
  let neighbours = "";
  for (const { network, addresses, names: known } of endpoints) {
    for (const address of addresses) {
      own += formatLine(withoutPrefix(address), [...called, ...known]);
    }
    const lines = names.get(network);
    if (lines !== undefined) neighbours += linesOfOthers(id, lines);
  }
  return own + neighbours;
}

function linesOfOthers(
  id: ContainerId,
  { text, places }: NetworkLines,
): string {
  let others = "";
  let from = 0;
  for (const { start, end } of places.get(id) ?? []) {
    others += text.slice(from, start);
    from = end;
  }
  return others + text.slice(from);
}

function namedAddresses(
  owner: ContainerId,
  { addresses, names }: EndpointState,
): NamedAddress[] {
  return addresses.map(withoutPrefix).map((address) => ({
    ...{ owner, address },
    line: formatLine(address, names),
  }));
}

/** `web.example.com` is `web`, too: what `hostname -f` looks for is first. */
function hostnameForms(hostname: string): string[] {
  const end = hostname.indexOf(".");
  return end < 0 ? [hostname] : [hostname, hostname.slice(0, end)];
}

/** Empty if no name is left. */
function formatLine(address: string, names: readonly string[]): string {
  const local = localNames();
  const usable = names.filter((name, index) =>
    USABLE.test(name) && !local.has(name.toLowerCase()) &&
    names.indexOf(name) === index
  );
  return usable.length === 0 ? "" : formatHostEntry({ address, names: usable });
}

function withoutPrefix(address: string): string {
  const end = address.indexOf("/");
  return end < 0 ? address : address.slice(0, end);
}

/** Short ones first, so that 10.0.0.9 is before 10.0.0.10; always the same. */
function byAddress({ address: a }: NamedAddress, other: NamedAddress): number {
  const { address: b } = other;
  if (a.length !== b.length) return a.length - b.length;
  return a < b ? -1 : Number(a > b);
}
