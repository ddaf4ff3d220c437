/**
 * `network connect`: one more network for a container, at once if it runs.
 *
 * @module
 */
import { ConflictError } from "../../base/errors.ts";
import { findConfig, requireProcess } from "../containers/look_up.ts";
import type { Engine } from "../engine.ts";
import { ensureDefaultNetwork } from "./default_network.ts";
import { assertNotHost, withEndpoint } from "./endpoint_changes.ts";
import { findNetwork } from "./find_network.ts";
import { updateNeighbours } from "./neighbours.ts";
import type { EndpointConfig } from "./network_config.ts";
import { recordNetworkUse } from "./network_event.ts";
import {
  type EndpointSettings,
  readAddress,
  readAlias,
  readMacAddress,
} from "./network_flag.ts";
import { DEFAULT_NETWORK } from "./network_mode.ts";

type Surroundings = Pick<Engine, "paths" | "inform" | "warn">;

/** Which container is connected to which network, and how. */
export interface ConnectOptions extends EndpointSettings {
  /** The network's name, its id, or the start of that. */
  readonly network: string;
  /** As `findContainer` takes it. */
  readonly container: string;
}

/**
 * Connects a container to a network. If that fails, nothing has changed.
 *
 * @throws {NotFoundError} If one of them is missing.
 * @throws {ConflictError} In docker's words, if the container cannot be in it,
 * or is in it already.
 * @throws {UsageError} If an address or alias is malformed.
 */
export async function connectNetwork(
  engine: Surroundings,
  options: ConnectOptions,
): Promise<void> {
  const { paths } = engine;
  const settings = readSettings(options);
  assertJoinable(options.network);
  const { id } = findConfig(paths, options.container);
  const isDefault = [DEFAULT_NETWORK, "default"].includes(options.network);
  if (isDefault) await ensureDefaultNetwork(engine);
  const name = isDefault ? DEFAULT_NETWORK : options.network;
  const record = findNetwork(paths, name);
  const endpoint: EndpointConfig = {
    network: record.id,
    networkName: record.name,
    ...settings,
  };
  const { changeNetworks } = await import("./change_networks.ts");
  changeNetworks(paths, id, ({ before, live, undo }) => {
    const config = { ...before, ...withEndpoint(before, endpoint) };
    const running = live();
    if (running === undefined) return config;
    undo.use(running.connect({ config, endpoint }, engine.inform));
    // Who ends later gives this back, too.
    requireProcess(paths, config, "connect");
    return config;
  });
  recordNetworkUse(paths, record, { action: "connect", container: id });
  updateNeighbours(paths, [record.id]);
}

/** @throws {ConflictError} If it is none that a container joins or leaves. */
function assertJoinable(name: string): void {
  assertNotHost(name);
  if (name === "none") {
    throw new ConflictError(
      "container cannot be connected to multiple networks with one of the networks in private (none) mode",
    );
  }
}

function readSettings(
  { aliases, ip, ip6, macAddress }: EndpointSettings,
): EndpointSettings {
  return {
    aliases: aliases.map(readAlias),
    ...(ip === undefined ? {} : { ip: readAddress(ip, 4) }),
    ...(ip6 === undefined ? {} : { ip6: readAddress(ip6, 6) }),
    ...(macAddress === undefined
      ? {}
      : { macAddress: readMacAddress(macAddress) }),
  };
}
