/**
 * Removes networks that no container has.
 *
 * @module
 */
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import type { NetworkRecord } from "../../network/network_store.ts";
import {
  fitsFilter,
  type Pruned,
  type PruneOptions,
} from "../containers/prune.ts";
import type { Engine } from "../engine.ts";
import { recordEvent } from "../events.ts";
import { listNetworks } from "./find_network.ts";
import { networkUsers } from "./network_users.ts";
import { isPredefined } from "./predefined_network.ts";
import { type KernelRemoval, removeNetwork } from "./remove_network.ts";

/** Which networks are removed, and how. */
export interface NetworkPruneOptions extends PruneOptions {
  /** Containers that count as gone, for a `dry-run` that would remove them. */
  readonly without?: readonly string[];
  /** Absent: as {@linkcode removeNetwork} does. */
  readonly removeFromKernel?: KernelRemoval;
}

/**
 * Removes networks that no container has, running or not. Those that are there
 * by themselves stay. One that cannot be removed is warned of, and others are.
 *
 * @returns As `ids` their names, as docker lists them.
 */
export function pruneNetworks(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  { filter, mode, without = [], removeFromKernel }: NetworkPruneOptions,
): Pruned {
  const users = networkUsers(paths, without);
  const unused = listNetworks(paths, warn).filter((network) =>
    !users.has(network.id) && !isPredefined(network.name) &&
    fitsFilter(network, filter)
  );
  const remove = ({ id, name }: NetworkRecord): boolean => {
    try {
      removeNetwork(paths, id, removeFromKernel);
      return true;
    } catch (error) {
      // A container has come in meanwhile, or somebody else was faster.
      if (error instanceof ConflictError) return false;
      if (error instanceof NotFoundError) return false;
      const why = error instanceof Error ? error.message : String(error);
      warn(`Cannot remove network ${name}: ${why}`);
      return false;
    }
  };
  const pruned = mode === "dry-run" ? unused : unused.filter(remove);
  if (mode === "remove") {
    recordEvent(paths, {
      type: "network",
      action: "prune",
      id: "",
      attributes: { reclaimed: "0" },
    });
  }
  return { ids: pruned.map(({ name }) => name), reclaimedBytes: 0 };
}
