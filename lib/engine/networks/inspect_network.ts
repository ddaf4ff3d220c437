/**
 * Everything there is to tell of a network, in the shape docker has for it.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a network"
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { SubnetRecord } from "../../network/network_store.ts";
import { endpointId, isIpv4, isIpv6 } from "../inspection/endpoint.ts";
import { orNil } from "../inspection/nil_list.ts";
import { findAnyNetwork } from "./list_all_networks.ts";
import type { ListedNetwork } from "./predefined_records.ts";
import { type RunningEndpoint, runningEndpoints } from "./running_endpoints.ts";

/** A network under docker's names. */
export interface InspectedNetwork {
  readonly Name: string;
  readonly Id: string;
  readonly Created: string;
  readonly Scope: "local";
  readonly Driver: string;
  readonly EnableIPv4: boolean;
  readonly EnableIPv6: boolean;
  readonly IPAM: {
    readonly Driver: "default";
    readonly Options: null;
    readonly Config: readonly InspectedSubnet[];
    /** Not docker's: what nobody has asked for, and scripts do not expect. */
    readonly Implied?: readonly InspectedSubnet[];
  };
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Ingress: false;
  readonly ConfigFrom: { readonly Network: "" };
  readonly ConfigOnly: false;
  /** Those that run, by id. */
  readonly Containers: ReadonlyMap<string, InspectedMember>;
  readonly Options: ReadonlyMap<string, string>;
  readonly Labels: ReadonlyMap<string, string>;
}

/** Addresses of a network under docker's names. */
export interface InspectedSubnet {
  readonly Subnet: string;
  readonly IPRange?: string;
  readonly Gateway: string;
  readonly AuxiliaryAddresses?: ReadonlyMap<string, string>;
}

/** A container in a network, under docker's names. */
export interface InspectedMember {
  readonly Name: string;
  readonly EndpointID: string;
  readonly MacAddress: string;
  /** With the prefix; empty if it has none. */
  readonly IPv4Address: string;
  readonly IPv6Address: string;
}

/**
 * Inspects a network.
 *
 * @param reference Its name, its id, or the start of that.
 * @throws {NotFoundError} In docker's words, if there is none.
 * @throws {ConflictError} If several ids begin like that.
 */
export function inspectNetwork(
  paths: HostPaths,
  reference: string,
): InspectedNetwork {
  const record = findAnyNetwork(paths, reference);
  return describeNetwork(record, runningEndpoints(paths, record.id));
}

/**
 * A network as docker would tell of it. Pure.
 *
 * @param members The containers that run in it.
 */
export function describeNetwork(
  record: ListedNetwork,
  members: readonly RunningEndpoint[],
): InspectedNetwork {
  const { subnets } = record;
  return {
    Name: record.name,
    Id: record.id,
    Created: new Date(record.createdMs).toISOString(),
    Scope: "local",
    Driver: record.driver,
    EnableIPv4: hasIpv4(record),
    EnableIPv6: hasIpv6(record),
    IPAM: {
      Driver: "default",
      Options: null,
      ...inspectSubnets(subnets),
    },
    Internal: record.access === "internal",
    Attachable: record.attachable === true,
    Ingress: false,
    ConfigFrom: { Network: "" },
    ConfigOnly: false,
    Containers: new Map(
      members.map((member) => [member.container, inspectMember(member)]),
    ),
    Options: new Map(Object.entries(record.options)),
    Labels: new Map(Object.entries(record.labels)),
  };
}

/** Whether a network has addresses of IPv4; one that has none yet counts. */
export function hasIpv4({ subnets }: Pick<ListedNetwork, "subnets">): boolean {
  return subnets.length === 0 || subnets.some(({ subnet }) => isIpv4(subnet));
}

/** Whether a network has addresses of IPv6 that it was asked to have. */
export function hasIpv6({ subnets }: Pick<ListedNetwork, "subnets">): boolean {
  return subnets.some(({ subnet, implied }) =>
    implied !== true && isIpv6(subnet)
  );
}

function inspectSubnets(
  subnets: readonly SubnetRecord[],
): Pick<InspectedNetwork["IPAM"], "Config" | "Implied"> {
  const implied = subnets.filter((subnet) => subnet.implied === true);
  const asked = subnets.filter((subnet) => subnet.implied !== true);
  return {
    Config: orNil(asked.map(inspectSubnet)),
    ...(implied.length === 0 ? {} : { Implied: implied.map(inspectSubnet) }),
  };
}

function inspectSubnet(
  { subnet, range, gateway, auxiliary }: SubnetRecord,
): InspectedSubnet {
  return {
    Subnet: subnet,
    ...(range === undefined ? {} : { IPRange: range }),
    Gateway: gateway,
    ...(auxiliary === undefined
      ? {}
      : { AuxiliaryAddresses: new Map(Object.entries(auxiliary)) }),
  };
}

function inspectMember(
  { container, name, endpoint }: RunningEndpoint,
): InspectedMember {
  const { network, macAddress, addresses } = endpoint;
  return {
    Name: name,
    EndpointID: endpointId(container, network),
    MacAddress: macAddress,
    IPv4Address: addresses.find(isIpv4) ?? "",
    IPv6Address: addresses.find(isIpv6) ?? "",
  };
}
