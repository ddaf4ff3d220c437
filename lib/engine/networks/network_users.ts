/**
 * Who uses which networks: containers whose configurations name them, and those
 * that run in them.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { readConfig } from "../containers/records.ts";
import { usersOf } from "../containers/users_of.ts";
import { readNetworkState } from "./network_state.ts";

/**
 * The users of networks by the ids of these; one that nobody uses is missing.
 *
 * @param without Containers that count as gone.
 */
export function networkUsers(
  paths: HostPaths,
  without: readonly string[] = [],
): Map<string, ContainerId[]> {
  const usedBy = (id: ContainerId): string[] =>
    [
      ...readConfig(paths, id)?.networks ?? [],
      ...readNetworkState(paths, id)?.endpoints ?? [],
    ].map(({ network }) => network);
  return usersOf(paths, { usedBy, without });
}
