/**
 * Names of containers: one symbolic link each, whose creation is the claim.
 *
 * @module
 * @see symlink(2): it fails if the name exists
 */
import { ConflictError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { namesIn } from "../../base/names_in.ts";
import { pathExists } from "../../base/path_exists.ts";
import { removePath } from "../../base/remove_tree.ts";
import {
  type ContainerId,
  generateContainerName,
  isContainerId,
  isContainerName,
} from "../../base/identifiers.ts";
import { lockWithin } from "./lock.ts";
import { containerDirectory, readConfig } from "./records.ts";

/** How often a generated name may be taken before we give up. */
const MAX_ATTEMPTS = 100;
/** How long others may take with the names; they only make or remove a link. */
const LOCK_TIMEOUT_MS = 5000;

/**
 * Claims a name for a container whose directory exists.
 *
 * @throws {ConflictError} If another container has it; in docker's words.
 */
export function claimName(
  paths: HostPaths,
  name: string,
  id: ContainerId,
): void {
  const link = `${paths.names}/${name}`;
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      Deno.symlinkSync(id, link);
      return;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
    const holder = findHolder(paths, name, id);
    if (holder === undefined) removeDamaged(paths, name);
    else if (!releaseIfStale(paths, name, holder)) {
      throw new ConflictError(
        `Conflict. The container name "/${name}" is already in use by container "${holder}". You have to remove (or rename) that container to be able to reuse that name.`,
        { advice: `another --name, or tsdocker rm ${name} (rm -f if it runs)` },
      );
    }
  }
  throw new ConflictError(`Cannot claim the container name "${name}"`);
}

/**
 * Makes up names until one can be claimed.
 *
 * @param claim Claims a name, and throws a `ConflictError` if it is taken.
 * @returns What `claim` returned.
 */
export function claimGeneratedName<T>(claim: (name: string) => T): T {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      return claim(generateContainerName());
    } catch (error) {
      if (!(error instanceof ConflictError)) throw error;
    }
  }
  // So many containers have the made-up names that only luck would find one.
  return claim(`container_${crypto.randomUUID()}`);
}

/** Gives a name back, if this container has it. */
export function releaseName(
  paths: HostPaths,
  name: string,
  id: ContainerId,
): void {
  using names = lockNames(paths);
  // What is left then points nowhere, and the next claim takes it over.
  if (names === undefined) return;
  removeLink(paths, name, id);
}

/**
 * Makes sure that nobody else removes a name: between our look and our
 * removal, the name may be taken over as a stale one, and be a new claim. A
 * name that is claimed and configured under this lock is never stale.
 *
 * @returns `undefined` if another keeps the names locked for too long.
 */
export function lockNames(paths: HostPaths): Disposable | undefined {
  const lock = lockWithin(paths.names, LOCK_TIMEOUT_MS);
  return lock === "busy" || lock === "missing" ? undefined : lock;
}

function removeLink(paths: HostPaths, name: string, id: ContainerId): void {
  if (findByName(paths, name) === id) removePath(`${paths.names}/${name}`);
}

/**
 * The container that has a name. If what makes it its name is damaged, it has it
 * that is configured so.
 */
export function findByName(
  paths: HostPaths,
  name: string,
): ContainerId | undefined {
  return findHolder(paths, name);
}

/** @param except Who is about to claim it, and is configured so for that. */
function findHolder(
  paths: HostPaths,
  name: string,
  except?: ContainerId,
): ContainerId | undefined {
  const claim = readClaim(paths, name);
  if (claim !== "damaged") return claim;
  return namesIn(paths.containers).filter(isContainerId).find((id) =>
    id !== except && readConfig(paths, id)?.name === name
  );
}

/** Whose link it is; `"damaged"` if something else is in its place. */
function readClaim(
  paths: HostPaths,
  name: string,
): ContainerId | "damaged" | undefined {
  if (!isContainerName(name)) return undefined;
  const path = `${paths.names}/${name}`;
  try {
    const id = Deno.readLinkSync(path);
    return isContainerId(id) ? id : "damaged";
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    // The kernel says EINVAL of what is no link.
    if (error instanceof TypeError && pathExists(path)) return "damaged";
    throw error;
  }
}

/** Removes what is in the place of a name's link and is none. */
function removeDamaged(paths: HostPaths, name: string): void {
  using _names = lockForClaim(paths, name);
  // Another may have removed it, and claimed the name, before the lock was ours.
  if (readClaim(paths, name) === "damaged") {
    removePath(`${paths.names}/${name}`);
  }
}

/** The name that a container has claimed; `undefined` if it has none. */
export function findNameOf(
  paths: HostPaths,
  id: ContainerId,
): string | undefined {
  for (const { name } of Deno.readDirSync(paths.names)) {
    if (findByName(paths, name) === id) return name;
  }
  return undefined;
}

/**
 * Takes a name from a container that no longer exists, or has another one: its
 * creator died between the claim and the configuration, its remover before the
 * release, or somebody who renamed it in between.
 */
function releaseIfStale(
  paths: HostPaths,
  name: string,
  holder: ContainerId,
): boolean {
  if (!isStale(paths, name, holder)) return false;
  using _names = lockForClaim(paths, name);
  if (isStale(paths, name, holder)) removeLink(paths, name, holder);
  return true;
}

function lockForClaim(paths: HostPaths, name: string): Disposable {
  const names = lockNames(paths);
  if (names !== undefined) return names;
  throw new ConflictError(
    `Cannot claim the container name "${name}": another tsdocker keeps the names locked`,
  );
}

function isStale(
  paths: HostPaths,
  name: string,
  holder: ContainerId,
): boolean {
  if (!pathExists(containerDirectory(paths, holder))) return true;
  const config = readConfig(paths, holder);
  return config !== undefined && config.name !== name;
}
