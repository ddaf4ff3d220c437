/**
 * Which containers use what: networks, volumes.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { listIds } from "./list.ts";

/** Whose use is asked for. */
export interface UsersQuery {
  /** What a container uses, by name or id; the same one may come twice. */
  usedBy(id: ContainerId): readonly string[];
  /** Containers that count as gone. */
  readonly without: readonly string[];
}

/** The containers that use each; what nobody uses is missing. */
export function usersOf(
  paths: HostPaths,
  { usedBy, without }: UsersQuery,
): Map<string, ContainerId[]> {
  const users = new Map<string, ContainerId[]>();
  for (const id of listIds(paths)) {
    if (without.includes(id)) continue;
    for (const used of new Set(usedBy(id))) {
      const others = users.get(used);
      if (others === undefined) users.set(used, [id]);
      else others.push(id);
    }
  }
  return users;
}
