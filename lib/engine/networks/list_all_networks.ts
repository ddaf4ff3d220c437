/**
 * All networks as users see them, those that need no making too.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { chooseNetwork, listNetworks } from "./find_network.ts";
import {
  type ListedNetwork,
  PREDEFINED_RECORDS,
} from "./predefined_records.ts";

type Paths = Pick<HostPaths, "networks">;

/**
 * All networks, by name.
 *
 * @param warn Hears of those whose records are damaged; they are left out.
 */
export function listAllNetworks(
  paths: Paths,
  warn: (message: string) => void,
): ListedNetwork[] {
  const made = listNetworks(paths, warn);
  const missing = PREDEFINED_RECORDS.filter((predefined) =>
    !made.some(({ name }) => name === predefined.name)
  );
  return [...made, ...missing].toSorted((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Finds any network.
 *
 * @param reference Its name, its id, or the start of that.
 * @throws {NotFoundError} In docker's words, if there is none.
 * @throws {ConflictError} If several ids begin like that.
 */
export function findAnyNetwork(
  paths: Paths,
  reference: string,
): ListedNetwork {
  return chooseNetwork(listAllNetworks(paths, () => {}), reference);
}

/**
 * Whether there is a network, by itself or made.
 *
 * @param reference As of {@linkcode findAnyNetwork}.
 * @throws {ConflictError} If several ids begin like that.
 */
export function hasNetwork(paths: Paths, reference: string): boolean {
  try {
    findAnyNetwork(paths, reference);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
