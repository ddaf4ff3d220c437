/**
 * Names of containers: one symbolic link each, whose creation is the claim.
 *
 * @module
 * @see symlink(2): it fails if the name exists
 */
import { ConflictError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
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
    const holder = findByName(paths, name);
    if (holder !== undefined && !releaseIfStale(paths, name, holder)) {
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

/** The container that has a name. */
export function findByName(
  paths: HostPaths,
  name: string,
): ContainerId | undefined {
  if (!isContainerName(name)) return undefined;
  try {
    const id = Deno.readLinkSync(`${paths.names}/${name}`);
    return isContainerId(id) ? id : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
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
  using names = lockNames(paths);
  if (names === undefined) {
    throw new ConflictError(
      `Cannot claim the container name "${name}": another tsdocker keeps the names locked`,
    );
  }
  if (isStale(paths, name, holder)) removeLink(paths, name, holder);
  return true;
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
