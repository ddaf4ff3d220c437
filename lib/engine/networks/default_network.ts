/**
 * The network of containers that are given none. It is made when the first of
 * them is.
 *
 * @module
 */
import { readNetwork } from "../../network/network_store.ts";
import type { Engine } from "../engine.ts";
import { DEFAULT_NETWORK } from "./network_mode.ts";

/** What a configuration says of a network. */
export interface NetworkIdentity {
  readonly id: string;
  readonly name: string;
}

type Surroundings = Pick<Engine, "paths" | "inform">;

/**
 * The default network; if there is none it is made, and said to be.
 *
 * @throws {ConflictError} If no subnet is free.
 * @throws {IntegrityError} If its record is damaged.
 */
export async function ensureDefaultNetwork(
  { paths, inform }: Surroundings,
): Promise<NetworkIdentity> {
  const known = readNetwork(paths, DEFAULT_NETWORK);
  if (known !== undefined) return known;
  const { createDefaultNetwork } = await import("./create_network.ts");
  const { routedSubnets } = await import("../../network/routed_subnets.ts");
  return createDefaultNetwork(paths, routedSubnets(), ({ name, subnets }) => {
    const all = subnets.map(({ subnet }) => subnet).join(" and ");
    inform(`Made the network "${name}": ${all}`);
  });
}

/** The default network as far as it is there; changes nothing. */
export function foreseeDefaultNetwork(
  { paths }: Pick<Engine, "paths">,
): Promise<NetworkIdentity> {
  const known = readNetwork(paths, DEFAULT_NETWORK);
  const unmade = { id: "0".repeat(64), name: DEFAULT_NETWORK };
  return Promise.resolve(known ?? unmade);
}
