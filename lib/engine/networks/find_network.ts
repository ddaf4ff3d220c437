/**
 * Finds networks that users name, by name or the start of an id.
 *
 * @module
 */
import {
  ConflictError,
  IntegrityError,
  NotFoundError,
} from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  listNetworkNames,
  type NetworkRecord,
  readNetwork,
} from "../../network/network_store.ts";

type Paths = Pick<HostPaths, "networks">;

/**
 * All networks that have been made, by name.
 *
 * @param warn Hears of those whose records are damaged; they are left out.
 */
export function listNetworks(
  paths: Paths,
  warn: (message: string) => void,
): NetworkRecord[] {
  return listNetworkNames(paths).flatMap((name) => listed(paths, name, warn));
}

function listed(
  paths: Paths,
  name: string,
  warn: (message: string) => void,
): NetworkRecord | never[] {
  try {
    return readNetwork(paths, name) ?? [];
  } catch (error) {
    if (!(error instanceof IntegrityError)) throw error;
    warn(`${error.message}: ${error.advice}`);
    return [];
  }
}

/**
 * Finds a network that has been made.
 *
 * @param reference Its name, its id, or the start of that.
 * @throws {NotFoundError} In docker's words, if there is none.
 * @throws {ConflictError} If several ids begin like that.
 * @throws {IntegrityError} If its record is damaged.
 */
export function findNetwork(paths: Paths, reference: string): NetworkRecord {
  return chooseNetwork(
    // Of a damaged one its name is known, and only that.
    listNetworkNames(paths).flatMap((name) =>
      name === reference
        ? readNetwork(paths, name) ?? []
        : listed(paths, name, () => {})
    ),
    reference,
  );
}

/**
 * Finds the network that a user means among some.
 *
 * @throws As {@linkcode findNetwork}.
 */
export function chooseNetwork<
  Network extends Pick<NetworkRecord, "id" | "name">,
>(all: readonly Network[], reference: string): Network {
  const named = all.find(({ name, id }) =>
    name === reference || id === reference
  );
  if (named !== undefined) return named;
  const isStart = /^[0-9a-f]+$/.test(reference);
  const begun = isStart ? all.filter(({ id }) => id.startsWith(reference)) : [];
  const [only, ...others] = begun;
  if (others.length > 0) {
    throw new ConflictError(`network ${reference} is ambiguous`, {
      advice: "write more of its id, or its name",
    });
  }
  if (only !== undefined) return only;
  throw new NotFoundError(`network ${reference} not found`, {
    advice: "tsdocker network ls",
  });
}
