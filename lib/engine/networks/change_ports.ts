/**
 * `update --publish`: other ports of the host for a container, at once if it
 * runs.
 *
 * @module
 */
import { ConflictError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import {
  formatPublication,
  parsePublication,
} from "../../network/port_publication.ts";
import type { ContainerConfig } from "../container_config.ts";
import { changeNetworks } from "./change_networks.ts";
import { bindToHost } from "./host_binding.ts";
import { replacePorts } from "./published_ports.ts";

/** How it is said that nothing is to be published. */
const NONE = "none";

/** Which ports a container is to have. */
export interface PortChange {
  /** As `run -p` takes them, in place of those it has; or only `none`. */
  readonly publish: readonly string[];
  /** Changes more of the configuration; if it throws, nothing has changed. */
  readonly andThen: (config: ContainerConfig) => ContainerConfig;
}

/**
 * Publishes other ports of a container.
 *
 * @returns The new configuration.
 * @throws {UsageError} If one is malformed.
 * @throws {ConflictError} If one is taken, or the container has no networks.
 * @throws {NetlinkError} If the kernel refuses.
 */
export function changePorts(
  paths: HostPaths,
  id: ContainerId,
  { publish, andThen }: PortChange,
): ContainerConfig {
  const isNone = publish.length === 1 && publish[0] === NONE;
  const asked = isNone
    ? []
    : [...new Set(publish.map(parsePublication).map(formatPublication))];
  return changeNetworks(paths, id, ({ before, live, undo }) => {
    assertOwn(before);
    const running = live();
    if (running !== undefined) {
      const had = running.state.ports;
      const bound = bindToHost(paths, before, asked);
      const ports = replacePorts(paths, id, bound);
      undo.defer(() => replacePorts(paths, id, had));
      undo.use(running.publish(ports));
    }
    const { publish: _, publishAll: __, ...rest } = before;
    return andThen({
      ...rest,
      ...(asked.length === 0 ? {} : { publish: asked }),
    });
  });
}

function assertOwn({ name, network }: ContainerConfig): void {
  if (network === "connected") return;
  throw new ConflictError(
    `Cannot publish ports of container ${name}: it is connected to no network of its own`,
    { advice: "tsdocker run with a network, such as --network bridge" },
  );
}
