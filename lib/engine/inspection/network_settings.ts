/**
 * `NetworkSettings` of an inspected container. Pure.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import type { NetworkMode } from "../networks/network_mode.ts";
import { NIL_LIST } from "./nil_list.ts";

/** Addresses of a container in one network; empty where it has none. */
const NO_ADDRESSES = {
  EndpointID: "",
  Gateway: "",
  GlobalIPv6Address: "",
  GlobalIPv6PrefixLen: 0,
  IPAddress: "",
  IPPrefixLen: 0,
  IPv6Gateway: "",
  MacAddress: "",
} as const;

/** A container's part of one network, under docker's names. */
const NO_ENDPOINT = {
  IPAMConfig: null,
  Links: NIL_LIST,
  Aliases: NIL_LIST,
  NetworkID: "",
  ...NO_ADDRESSES,
  DriverOpts: null,
} as const;

/** A container's networks, under docker's names. */
export interface InspectedNetworkSettings {
  readonly Bridge: "";
  readonly SandboxID: "";
  readonly HairpinMode: false;
  readonly LinkLocalIPv6Address: "";
  readonly LinkLocalIPv6PrefixLen: 0;
  /** By private port and protocol, such as `80/tcp`. */
  readonly Ports: ReadonlyMap<string, readonly PortBinding[]>;
  /** The network namespace, while there is one. */
  readonly SandboxKey: string;
  readonly SecondaryIPAddresses: null;
  readonly SecondaryIPv6Addresses: null;
  readonly IPAddress: "";
  readonly Networks: ReadonlyMap<string, typeof NO_ENDPOINT>;
}

/** Where a port of a container is to be found on the host. */
export interface PortBinding {
  readonly HostIp: string;
  readonly HostPort: string;
}

/**
 * A container's networks: neither of those there are so far has addresses.
 *
 * @param pid Of its process on the host, if it runs.
 */
export function inspectNetworkSettings(
  network: NetworkMode,
  pid: number | undefined,
): InspectedNetworkSettings {
  return {
    Bridge: "",
    SandboxID: "",
    HairpinMode: false,
    LinkLocalIPv6Address: "",
    LinkLocalIPv6PrefixLen: 0,
    Ports: new Map(),
    SandboxKey: pid === undefined ? "" : `/proc/${pid}/ns/net`,
    SecondaryIPAddresses: null,
    SecondaryIPv6Addresses: null,
    ...NO_ADDRESSES,
    Networks: new Map([[network, NO_ENDPOINT]]),
  };
}
