/**
 * Networks and containers that only records tell of: the kernel knows none of
 * them.
 *
 * @module
 */
import { hostPaths } from "../../lib/base/host_paths.ts";
import {
  type ContainerId,
  createContainerId,
} from "../../lib/base/identifiers.ts";
import type { ContainerConfig } from "../../lib/engine/container_config.ts";
import { claimName } from "../../lib/engine/containers/names.ts";
import {
  containerDirectory,
  stateDirectory,
  writeConfig,
} from "../../lib/engine/containers/records.ts";
import { createNetwork } from "../../lib/engine/networks/create_network.ts";
import type { NetworkOptions } from "../../lib/engine/networks/network_options.ts";
import type { NetworkRecord } from "../../lib/network/network_store.ts";
import type { Subnet } from "../../lib/network/subnet.ts";
import { containerConfig } from "./run_options.ts";
import { TemporaryDirectory } from "./temporary_directory.ts";

const OPTIONS: Omit<NetworkOptions, "name"> = {
  driver: "bridge",
  subnets: [],
  gateways: [],
  ranges: [],
  access: "world",
  ipv6: "none",
  labels: [],
  options: [],
};

/** Where records are, gone with its scope. */
export class NetworkRecords extends TemporaryDirectory {
  readonly paths = hostPaths({
    root: `${this.path}/root`,
    runRoot: `${this.path}/run`,
  });
  readonly warnings: string[] = [];
  readonly warn = (message: string): void => void this.warnings.push(message);

  /**
   * Writes a network down, as `network create` does.
   *
   * @param more Besides a bridge with a subnet of IPv4.
   */
  network(
    name: string,
    more: Partial<NetworkOptions> = {},
    routes: readonly Subnet[] = [],
  ): NetworkRecord {
    return createNetwork(this.paths, { ...OPTIONS, ...more, name }, routes);
  }

  /** Writes a container down; its name is claimed if it is given one. */
  container(changes: Partial<ContainerConfig>): ContainerId {
    const { paths } = this;
    const config = containerConfig({ id: createContainerId(), ...changes });
    const { id, name } = config;
    Deno.mkdirSync(containerDirectory(paths, id), { recursive: true });
    Deno.mkdirSync(stateDirectory(paths, id), { recursive: true });
    writeConfig(paths, config);
    if (changes.name !== undefined) {
      Deno.mkdirSync(paths.names, { recursive: true });
      claimName(paths, name, id);
    }
    return id;
  }
}
