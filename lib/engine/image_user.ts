/**
 * A container's user, by the files of its image as the container has them.
 *
 * @module
 */
import { readSnapshotFiles, type Snapshot } from "../storage/snapshot.ts";
import type { ContainerConfig } from "./container_config.ts";
import { type ResolvedUser, resolveUser } from "./user.ts";

/**
 * Finds the user that a container's program is to be.
 *
 * @throws {UsageError} If a name is not in the image, or a number is too large.
 */
export function findImageUser(
  { user, groupAdd }: Pick<ContainerConfig, "user" | "groupAdd">,
  snapshot: Snapshot,
): ResolvedUser {
  const [passwd, group] = readSnapshotFiles(snapshot, "/etc", [
    "passwd",
    "group",
  ]);
  return resolveUser(user, { passwd, group }, groupAdd);
}
