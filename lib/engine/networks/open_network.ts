/**
 * The network namespace of a container that is about to start. What only
 * networks need is loaded for containers that have some.
 *
 * @module
 */
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import type { NetworkState } from "./network_state.ts";

/** A container's place in networks while it starts. */
export interface NetworkPlace extends Disposable {
  /** What it has of them; absent for none. */
  readonly state?: NetworkState;
  /** The namespace to join; absent if it is to be born into one, or has none. */
  readonly path?: string;
  /**
   * To be called when the container is born and has not run yet.
   *
   * @param pid Of its first process.
   */
  onBorn?(pid: number): void;
  /** It runs: disposing of this takes nothing back from now on. */
  keep(): void;
}

const NONE: NetworkPlace = {
  keep: () => undefined,
  [Symbol.dispose]: () => undefined,
};

/**
 * Prepares a container's network. If it fails, nothing is left.
 *
 * @throws {ConflictError} If a port or an address is taken.
 * @throws {NotFoundError} If a network has been removed.
 * @throws {InvalidStateError} If the container whose network it shares does
 * not run.
 * @throws {NetlinkError} If the kernel refuses.
 */
export async function openNetwork(
  engine: Engine,
  config: ContainerConfig,
): Promise<NetworkPlace> {
  const { network } = config;
  if (network === "none" || network === "host") return NONE;
  if (network === "connected") {
    const { Connection } = await import("./connection.ts");
    return await Connection.open(engine, config);
  }
  const { joinNetwork } = await import("./join_network.ts");
  return joinNetwork(engine.paths, config);
}
