/**
 * A container's place in a network, as inspected. Pure. The fields are in the
 * order of docker's.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import type { EndpointConfig } from "../networks/network_config.ts";
import type { EndpointState } from "../networks/network_state.ts";
import { NIL_LIST, orNil } from "./nil_list.ts";

/** Addresses in a network under docker's names; empty where there is none. */
export interface InspectedAddresses {
  readonly EndpointID: string;
  readonly Gateway: string;
  readonly GlobalIPv6Address: string;
  readonly GlobalIPv6PrefixLen: number;
  readonly IPAddress: string;
  readonly IPPrefixLen: number;
  readonly IPv6Gateway: string;
  readonly MacAddress: string;
}

/** A container's part of one network, under docker's names. */
export interface InspectedEndpoint extends InspectedAddresses {
  /** The addresses that were asked for. */
  readonly IPAMConfig: {
    readonly IPv4Address?: string;
    readonly IPv6Address?: string;
  } | null;
  readonly Links: readonly never[];
  readonly Aliases: readonly string[];
  readonly DriverOpts: null;
  readonly NetworkID: string;
  /** What it is called there; only while it runs. */
  readonly DNSNames: readonly string[];
}

const HALF_ID = 32;

/**
 * The id of a container's place in a network. Docker makes one up each time;
 * ours follows from both, so that nothing has to remember it.
 */
export function endpointId(container: string, network: string): string {
  return `${container.slice(0, HALF_ID)}${network.slice(0, HALF_ID)}`;
}

/**
 * Addresses in a network.
 *
 * @param state Absent: none.
 */
export function inspectAddresses(
  container: string,
  state: EndpointState | undefined,
): InspectedAddresses {
  const { addresses = [], gateways = [] } = state ?? {};
  const [ipv4 = "", prefix4 = 0] = takeApart(addresses.find(isIpv4));
  const [ipv6 = "", prefix6 = 0] = takeApart(addresses.find(isIpv6));
  return {
    EndpointID: state === undefined ? "" : endpointId(container, state.network),
    Gateway: gateways.find(isIpv4) ?? "",
    GlobalIPv6Address: ipv6,
    GlobalIPv6PrefixLen: prefix6,
    IPAddress: ipv4,
    IPPrefixLen: prefix4,
    IPv6Gateway: gateways.find(isIpv6) ?? "",
    MacAddress: state?.macAddress ?? "",
  };
}

/** What a network that a container has or asks for is to it. */
export interface EndpointParts {
  /** The container's id. */
  readonly container: string;
  /** The network's id. */
  readonly network: string;
  /** Absent if it is connected without having been asked for. */
  readonly config?: EndpointConfig;
  /** Absent unless it runs in there. */
  readonly state?: EndpointState;
}

/** A container's part of one network. */
export function inspectEndpoint(
  { container, network, config, state }: EndpointParts,
): InspectedEndpoint {
  return {
    IPAMConfig: inspectAsked(config),
    Links: NIL_LIST,
    Aliases: orNil(config?.aliases ?? []),
    DriverOpts: null,
    NetworkID: network,
    ...inspectAddresses(container, state),
    DNSNames: orNil(state?.names ?? []),
  };
}

function inspectAsked(
  { ip, ip6 }: Pick<EndpointConfig, "ip" | "ip6"> = {},
): InspectedEndpoint["IPAMConfig"] {
  if (ip === undefined && ip6 === undefined) return null;
  return {
    ...(ip === undefined ? {} : { IPv4Address: ip }),
    ...(ip6 === undefined ? {} : { IPv6Address: ip6 }),
  };
}

/** An address and its prefix. */
function takeApart(
  text: string | undefined,
): readonly [string, number] | readonly [] {
  const [address, prefix] = text?.split("/") ?? [];
  return address === undefined ? [] : [address, Number(prefix)];
}

/** Whether an address, with or without prefix, is one of IPv6. */
export function isIpv6(text: string): boolean {
  return text.includes(":");
}

/** Whether an address, with or without prefix, is one of IPv4. */
export function isIpv4(text: string): boolean {
  return !isIpv6(text);
}
