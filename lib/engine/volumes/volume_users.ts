/**
 * Who uses which volumes: containers whose configurations name them.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import { readConfig } from "../containers/records.ts";
import { usersOf } from "../containers/users_of.ts";

/**
 * The users of volumes by the names of these; one that nobody uses is missing.
 *
 * @param without Containers that count as gone.
 */
export function volumeUsers(
  paths: HostPaths,
  without: readonly string[] = [],
): Map<string, ContainerId[]> {
  const usedBy = (id: ContainerId): string[] =>
    (readConfig(paths, id)?.volumes ?? [])
      .flatMap(({ volume }) => volume?.name ?? []);
  return usersOf(paths, { usedBy, without });
}
