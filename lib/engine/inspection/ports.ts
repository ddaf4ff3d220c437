/**
 * Ports of an inspected container: as asked for, and as they are. Pure.
 *
 * @module
 * @see docs.docker.com/reference/api/engine, "Inspect a container"
 */
import { formatIpAddress } from "../../network/ip_address.ts";
import {
  formatPorts,
  parsePublication,
  portCount,
  type PortPublication,
} from "../../network/port_publication.ts";
import { overlapsRange, portsOf } from "../../network/port_ranges.ts";
import type { ContainerConfig } from "../container_config.ts";
import { exposedPorts, type PortMapping } from "../networks/port_mappings.ts";
import { NIL_LIST } from "./nil_list.ts";

/** Where a port of a container is to be found on the host. */
export interface PortBinding {
  readonly HostIp: string;
  readonly HostPort: string;
}

/** Bindings by port and protocol, such as `80/tcp`. */
export type PortMap = ReadonlyMap<string, readonly PortBinding[]>;

/**
 * The ports of a running container, each on its own; those that are not
 * published have `null` as JSON.
 */
export function inspectPorts(mappings: readonly PortMapping[]): PortMap {
  const ports = new Map<string, readonly PortBinding[]>();
  for (const { protocol, containerPorts, host } of mappings) {
    portsOf(containerPorts).forEach((port, index) => {
      const name = `${port}/${protocol}`;
      const bindings = ports.get(name) ?? NIL_LIST;
      ports.set(
        name,
        host === undefined ? bindings : [...bindings, {
          HostIp: formatIpAddress(host.address),
          HostPort: `${host.ports.first + index}`,
        }],
      );
    });
  }
  return ports;
}

/**
 * The ports to be published, as docker has them: empty where the host's is to
 * be chosen. What `-P` has added is left out, as that is told apart.
 */
export function inspectPortBindings(config: ContainerConfig): PortMap {
  const ports = new Map<string, readonly PortBinding[]>();
  for (const text of config.publish ?? []) {
    const publication = parsePublication(text);
    if (config.publishAll === true && isOfAll(publication, config)) continue;
    const { protocol, containerPorts, hostAddress } = publication;
    const HostIp = hostAddress === undefined
      ? ""
      : formatIpAddress(hostAddress);
    portsOf(containerPorts).forEach((port, index) => {
      const name = `${port}/${protocol}`;
      const HostPort = hostPort(publication, index);
      ports.set(name, [...ports.get(name) ?? [], { HostIp, HostPort }]);
    });
  }
  return ports;
}

/** Whether `-P` alone would have published it, in the same way. */
function isOfAll(
  { hostAddress, hostPorts, protocol, containerPorts }: PortPublication,
  config: ContainerConfig,
): boolean {
  const { exposedPorts: exposed = [] } = config;
  return hostAddress === undefined && hostPorts === undefined &&
    exposedPorts({ exposedPorts: exposed }).some((one) =>
      one.protocol === protocol &&
      overlapsRange(one.containerPorts, containerPorts)
    );
}

/** One that may have any of several ports has all of them told. */
function hostPort(
  { hostPorts, containerPorts }: PortPublication,
  index: number,
): string {
  if (hostPorts === undefined) return "";
  return portCount(hostPorts) > portCount(containerPorts)
    ? formatPorts(hostPorts)
    : `${hostPorts.first + index}`;
}

/** All ports a configuration knows of as a set, as Go's JSON has it. */
export function inspectExposedPorts(
  config: ContainerConfig,
): ReadonlyMap<string, object> | undefined {
  const names = exposedPorts(config).flatMap(({ protocol, containerPorts }) =>
    portsOf(containerPorts).map((port) => `${port}/${protocol}`)
  );
  return names.length === 0
    ? undefined
    : new Map(names.map((name) => [name, {}]));
}
