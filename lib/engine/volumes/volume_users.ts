/**
 * Who uses which volumes: containers whose configurations name them.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { listIds } from "../containers/list.ts";
import { readConfig } from "../containers/records.ts";

/**
 * The users of volumes by the names of these; one that nobody uses is missing.
 *
 * @param without Containers that count as gone.
 */
export function volumeUsers(
  paths: HostPaths,
  without: readonly string[] = [],
): Map<string, ContainerId[]> {
  const users = new Map<string, ContainerId[]>();
  for (const id of listIds(paths)) {
    if (without.includes(id)) continue;
    const volumes = readConfig(paths, id)?.volumes ?? [];
    const names = volumes.flatMap(({ volume }) => volume?.name ?? []);
    for (const name of new Set(names)) {
      const others = users.get(name);
      if (others === undefined) users.set(name, [id]);
      else others.push(id);
    }
  }
  return users;
}
