/**
 * Who uses which networks: containers whose configurations name them, and those
 * that run in them.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { listIds } from "../containers/list.ts";
import { readConfig } from "../containers/records.ts";
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
  const users = new Map<string, ContainerId[]>();
  for (const id of listIds(paths)) {
    if (without.includes(id)) continue;
    const endpoints = [
      ...readConfig(paths, id)?.networks ?? [],
      ...readNetworkState(paths, id)?.endpoints ?? [],
    ];
    for (const network of new Set(endpoints.map(({ network }) => network))) {
      users.set(network, [...users.get(network) ?? [], id]);
    }
  }
  return users;
}
