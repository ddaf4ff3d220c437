/**
 * Finds a container by what a user calls it.
 *
 * @module
 */
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, isContainerId } from "../../base/identifiers.ts";
import { pathExists } from "../../base/path_exists.ts";
import { listIds } from "./list.ts";
import { findByName } from "./names.ts";
import { containerDirectory } from "./records.ts";

/**
 * Finds a container.
 *
 * @param reference Its name, with or without a leading slash, its id, or the
 * beginning of its id if no other begins so; a name comes before an id.
 * @throws {NotFoundError} If there is none.
 * @throws {ConflictError} If several begin so; the message lists them.
 */
export function findContainer(
  paths: HostPaths,
  reference: string,
): ContainerId {
  const name = reference.startsWith("/") ? reference.slice(1) : reference;
  const named = findByName(paths, name);
  if (named !== undefined && isThere(paths, named)) return named;
  if (isContainerId(reference) && isThere(paths, reference)) return reference;
  const matches = /^[0-9a-f]+$/.test(reference)
    ? listIds(paths).filter((id) => id.startsWith(reference))
    : [];
  const [only, ...others] = matches;
  if (only === undefined) {
    throw new NotFoundError(`No such container: ${reference}`, {
      advice: "tsdocker ps -a",
    });
  }
  if (others.length === 0) return only;
  throw new ConflictError(
    `Multiple containers begin with "${reference}": ${matches.join(", ")}`,
  );
}

/** A name may be left of a container that is gone. */
function isThere(paths: HostPaths, id: ContainerId): boolean {
  return pathExists(containerDirectory(paths, id));
}
