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
import { gatherNames, hostLines, type NetworkNames } from "./host_lines.ts";
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
  const told = [...states].filter(([id, state]) =>
    others.includes(id) || isInSome(state, networks)
  );
  if (told.length > 0) tell(paths, told, gatherNames(states));
}

/**
 * Whether there may be somebody to tell that a container is gone. To be asked
 * when its state says so: who is about to run and not there yet, reads that.
 */
export function hasOthers(
  { states }: Pick<Paths, "states">,
  id: ContainerId,
): boolean {
  return namesIn(states).some((name) => name !== id && isContainerId(name));
}

/**
 * Makes a container that is about to run known to its neighbours, and them to
 * it: as {@linkcode updateNeighbours}, in one step with its own file.
 *
 * @param state Its own; it need not be written yet.
 * @param write Writes a new file with its lines.
 * @throws {SyscallError} If a file cannot be written, as on a full disk.
 */
export function introduce(
  paths: Paths,
  { id, state }: { readonly id: ContainerId; readonly state: NetworkState },
  write: (lines: string) => void,
): void {
  using _lock = lockNeighbours(paths);
  const networks = state.endpoints.map(({ network }) => network);
  const others = networks.length === 0 ? [] : readNetworkStates(paths, id);
  const names = gatherNames(new Map([...others, [id, state]]));
  write(hostLines(id, state, names));
  const told = [...others].filter(([, one]) => isInSome(one, networks));
  if (told.length > 0) tell(paths, told, names);
}

function isInSome(
  { endpoints }: NetworkState,
  networks: readonly string[],
): boolean {
  return endpoints.some(({ network }) => networks.includes(network));
}

/** Changes the files of some of those who run. */
function tell(
  paths: Pick<Paths, "containers">,
  told: readonly (readonly [ContainerId, NetworkState])[],
  names: NetworkNames,
): void {
  using editor = new InPlaceEditor();
  for (const [id, state] of told) {
    const lines = hostLines(id, state, names);
    editor.change(
      `${paths.containers}/${id}/files/hosts`,
      (text) => replaceKept(text, lines),
    );
  }
}

/**
 * Of all containers that have one: they run, or are about to.
 *
 * @param but Is left out.
 */
function readNetworkStates(
  paths: Pick<Paths, "states">,
  but?: ContainerId,
): Map<ContainerId, NetworkState> {
  const states = new Map<ContainerId, NetworkState>();
  for (const id of namesIn(paths.states)) {
    if (!isContainerId(id) || id === but) continue;
    const state = readNetworkState(paths, id);
    if (state !== undefined) states.set(id, state);
  }
  return states;
}
