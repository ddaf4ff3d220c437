/**
 * Everything there is to tell of a network, in the shape docker has for it.
 * Pure.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a network"
 */
import type { NetworkRecord } from "../../network/network_store.ts";

/** A network under docker's names. */
export interface InspectedNetwork {
  readonly Name: string;
  readonly Id: string;
  readonly Created: string;
  readonly Scope: "local";
  readonly Driver: string;
  readonly EnableIPv6: boolean;
  readonly IPAM: {
    readonly Driver: "default";
    readonly Options: null;
    readonly Config: readonly {
      readonly Subnet: string;
      readonly IPRange?: string;
      readonly Gateway: string;
    }[];
  };
  readonly Internal: boolean;
  readonly Attachable: false;
  readonly Ingress: false;
  readonly ConfigOnly: false;
  readonly Options: ReadonlyMap<string, string>;
  readonly Labels: ReadonlyMap<string, string>;
}

/** A network as docker would tell of it. */
export function inspectNetwork(record: NetworkRecord): InspectedNetwork {
  return {
    Name: record.name,
    Id: record.id,
    Created: new Date(record.createdMs).toISOString(),
    Scope: "local",
    Driver: record.driver,
    EnableIPv6: record.subnets.some(({ subnet }) => subnet.includes(":")),
    IPAM: {
      Driver: "default",
      Options: null,
      Config: record.subnets.map(({ subnet, range, gateway }) => ({
        Subnet: subnet,
        ...(range === undefined ? {} : { IPRange: range }),
        Gateway: gateway,
      })),
    },
    Internal: record.access === "internal",
    Attachable: false,
    Ingress: false,
    ConfigOnly: false,
    Options: new Map(Object.entries(record.options)),
    Labels: new Map(Object.entries(record.labels)),
  };
}
