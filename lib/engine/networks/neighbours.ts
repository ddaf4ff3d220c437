/**
 * Telling the containers of a network of each other, while they run: in the
 * file that each has mounted on its `/etc/hosts`.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, isContainerId } from "../../base/identifiers.ts";
import { namesIn } from "../../base/names_in.ts";
import { InPlaceEditor } from "../../network/change_in_place.ts";
import { lockDirectory } from "../../network/directory_lock.ts";
import { replaceKept } from "../../network/hosts_file.ts";
import { gatherNames, hostLines } from "./host_lines.ts";
import { type NetworkState, readNetworkState } from "./network_state.ts";

type Paths = Pick<HostPaths, "states" | "containers" | "hosts">;

/**
 * Keeps everybody else from changing what containers know of each other's
 * names; blocks while somebody else does, for milliseconds.
 *
 * @returns Unlocks when it is disposed of.
 */
export function lockNeighbours({ hosts }: Pick<Paths, "hosts">): Disposable {
  return lockDirectory(hosts);
}

/**
 * Tells every running container of some networks who else is there now: who
 * has a network state is. Call it after that has been written, changed or
 * removed. Files that are right already are not written.
 *
 * @param networks Their ids.
 * @param others Containers that are told besides: who has just left them.
 * @throws {SyscallError} If a file cannot be written, as on a full disk.
 */
export function updateNeighbours(
  paths: Paths,
  networks: readonly string[],
  others: readonly ContainerId[] = [],
): void {
  if (networks.length === 0) return;
  using _lock = lockNeighbours(paths);
  const states = readNetworkStates(paths);
  const names = gatherNames(states);
  using editor = new InPlaceEditor();
  for (const [id, state] of states) {
    const isThere = state.endpoints.some(({ network }) =>
      networks.includes(network)
    );
    if (!isThere && !others.includes(id)) continue;
    const lines = hostLines(id, state, names);
    editor.change(
      `${paths.containers}/${id}/files/hosts`,
      (text) => replaceKept(text, lines),
    );
  }
}

/**
 * What a container that is about to run is to know of itself and others, as
 * lines of its `/etc/hosts`. To be asked for and written under the lock.
 *
 * @param state Its own; it need not be written yet.
 */
export function currentHostLines(
  paths: Pick<Paths, "states">,
  id: ContainerId,
  state: NetworkState,
): string {
  if (state.endpoints.length === 0) return "";
  return hostLines(id, state, gatherNames(readNetworkStates(paths)));
}

/** Of all containers that have one: they run, or are about to. */
function readNetworkStates(
  paths: Pick<Paths, "states">,
): Map<ContainerId, NetworkState> {
  const states = new Map<ContainerId, NetworkState>();
  for (const id of namesIn(paths.states)) {
    if (!isContainerId(id)) continue;
    const state = readNetworkState(paths, id);
    if (state !== undefined) states.set(id, state);
  }
  return states;
}
