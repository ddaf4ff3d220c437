/**
 * The lines of a container's `/etc/hosts` that are kept current: of itself, and
 * of the containers it shares a network with. Pure.
 *
 * @module
 */
import type { ContainerId } from "../../base/identifiers.ts";
import { formatHostEntry, LOCAL_NAMES } from "../../network/hosts_file.ts";
import { type IpAddress, parseIpAddress } from "../../network/ip_address.ts";
import type { EndpointState, NetworkState } from "./network_state.ts";

/** One address of a container, as its neighbours read of it. */
interface NamedAddress {
  readonly owner: ContainerId;
  readonly address: IpAddress;
  readonly line: string;
}

/** Who is in which network, by the network's id; in order of addresses. */
export type NetworkNames = ReadonlyMap<string, readonly NamedAddress[]>;

/** What of a name would end it, or the line. */
const UNUSABLE = /[\s#]/;

/**
 * Gathers who is in which network. The lines are made here and not for each
 * neighbour: of 200 containers in a network that would be 40,000.
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
  for (const addresses of gathered.values()) addresses.sort(byAddress);
  return gathered;
}

/**
 * The lines of one container: its own first, then those of its neighbours in
 * one network after the other.
 */
export function hostLines(
  id: ContainerId,
  { hostname, endpoints }: NetworkState,
  names: NetworkNames,
): string[] {
  const called = hostname === undefined ? [] : hostnameForms(hostname);
  const own = endpoints.flatMap((endpoint) =>
    endpoint.addresses.flatMap((address) =>
      formatLine(address, [...called, ...endpoint.names])
    )
  );
  const networks = [...new Set(endpoints.map(({ network }) => network))];
  const neighbours = networks.flatMap((network) =>
    (names.get(network) ?? []).flatMap(({ owner, line }) =>
      owner === id ? [] : [line]
    )
  );
  return [...own, ...neighbours];
}

function namedAddresses(
  owner: ContainerId,
  { addresses, names }: EndpointState,
): NamedAddress[] {
  return addresses.flatMap((text) => {
    const address = parseIpAddress(withoutPrefix(text));
    const [line] = formatLine(text, names);
    return address === undefined || line === undefined
      ? []
      : [{ owner, address, line }];
  });
}

/** `web.example.com` is `web`, too: what `hostname -f` looks for is first. */
function hostnameForms(hostname: string): string[] {
  return [hostname, hostname.replace(/\..*/, "")];
}

/** None if no name is left. */
function formatLine(address: string, names: readonly string[]): string[] {
  const usable = [...new Set(names)].filter((name) =>
    name !== "" && !UNUSABLE.test(name) && !LOCAL_NAMES.has(name.toLowerCase())
  );
  if (usable.length === 0) return [];
  return [formatHostEntry({ address: withoutPrefix(address), names: usable })];
}

function withoutPrefix(address: string): string {
  return address.replace(/\/.*/, "");
}

function byAddress({ address: a }: NamedAddress, other: NamedAddress): number {
  const { address: b } = other;
  if (a.version !== b.version) return a.version - b.version;
  return a.value < b.value ? -1 : Number(a.value > b.value);
}
