/**
 * Creates a container: its directories, its name, its configuration.
 *
 * @module
 */
import type { Fd } from "../../../ffi/fd.ts";
import { removePath } from "../../base/remove_tree.ts";
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import {
  createSnapshot,
  type Snapshot,
  snapshotIn,
} from "../../storage/snapshot.ts";
import type { ConfigDraft } from "../configure.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { ByKind } from "../user_namespace.ts";
import { lockConfig } from "./change_config.ts";
import {
  anonymousNames,
  removeUnusedVolumes,
} from "../volumes/remove_unused.ts";
import { claimIds } from "./claim_ids.ts";
import { lockShared, lockWithin } from "./lock.ts";
import {
  claimGeneratedName,
  claimName,
  findNameOf,
  releaseName,
} from "./names.ts";
import { recordContainerEvent } from "../events.ts";
import {
  containerDirectory,
  readConfig,
  readRetired,
  retireConfig,
  stateDirectory,
  writeConfig,
} from "./records.ts";

/** How long somebody else may have a new container locked. */
const LOCK_TIMEOUT_MS = 5000;

/** What a container is created from. */
export type ContainerDraft = ConfigDraft & Pick<ContainerConfig, "layers">;

/** A container that its keeper to be has locked. */
export interface CreatedContainer extends Disposable {
  readonly config: ContainerConfig;
  readonly snapshot: Snapshot;
  /** Let go of with the container; a child may inherit it. */
  readonly lock: Fd;
  /** Removes everything about it, its layer included; still locked. */
  remove(): void;
}

/**
 * Creates a container and locks it.
 *
 * @param invoker Whose ids `--userns keep-id` keeps.
 * @throws {ConflictError} If its name is taken; then nothing is left.
 * @throws {HostError} If there are not enough ids for its user namespace.
 */
export function createContainer(
  paths: HostPaths,
  draft: ContainerDraft,
  invoker: ByKind<number>,
): CreatedContainer {
  using undo = new DisposableStack();
  const { id } = draft;
  // Until the configuration is written, nobody else may choose these ids.
  using ids = claimIds(paths, draft, invoker);
  const lock = undo.use(makeDirectories(paths, id));
  undo.defer(() => removeDirectories(paths, id));
  createSnapshot(snapshotOf(paths, draft));
  const config = configureUnderName(paths, { ...draft, ...ids.choice });
  undo.move();
  recordContainerEvent(paths, config, { action: "create" });
  return lockedContainer(paths, config, lock);
}

/**
 * A container that exists, about to be started again.
 *
 * @param lock The container's, as `tryLock` gives it.
 * @throws {NotFoundError} If it has been removed.
 */
export function openContainer(
  paths: HostPaths,
  id: ContainerId,
  lock: Fd,
): CreatedContainer {
  const config = readConfig(paths, id);
  if (config === undefined) {
    throw new NotFoundError(`No such container: ${id}`);
  }
  makeStateDirectory(paths, id);
  return lockedContainer(paths, config, lock);
}

function lockedContainer(
  paths: HostPaths,
  config: ContainerConfig,
  lock: Fd,
): CreatedContainer {
  return {
    config,
    snapshot: snapshotOf(paths, config),
    lock,
    remove(): void {
      removeContainerFiles(paths, config.id);
      recordContainerEvent(paths, config, { action: "destroy" });
    },
    [Symbol.dispose](): void {
      lock[Symbol.dispose]();
    },
  };
}

/** The layers of a container, its own on top. */
export function snapshotOf(
  paths: HostPaths,
  { id, layers, layerOwners }: Pick<
    ContainerConfig,
    "id" | "layers" | "layerOwners"
  >,
): Snapshot {
  // Shifted copies include one of the mount points.
  const lower = layerOwners === "shifted"
    ? layers
    : [...layers, paths.mountPoints];
  return snapshotIn(containerDirectory(paths, id), lower);
}

/**
 * Writes the configuration and claims the name in it, in this order: what a
 * crash leaves in between tells the next command which name to release.
 */
function configureUnderName(
  paths: HostPaths,
  draft: ContainerDraft,
): ContainerConfig {
  const claim = (name: string): ContainerConfig => {
    const config: ContainerConfig = { ...draft, name };
    writeConfig(paths, config);
    claimName(paths, name, draft.id);
    return config;
  };
  return draft.name === undefined
    ? claimGeneratedName(claim)
    : claim(draft.name);
}

/**
 * Makes a container's directories and locks it. The state directory comes
 * first: it is where the next command looks for what a crash has left.
 */
function makeDirectories(paths: HostPaths, id: ContainerId): Fd {
  // Until the lock is held, nobody may take the directories for abandoned.
  using _shared = lockShared(paths.states);
  makeStateDirectory(paths, id);
  const directory = containerDirectory(paths, id);
  Deno.mkdirSync(directory, { mode: 0o700 });
  // Whoever looks for abandoned ones may have it locked for a moment.
  const lock = lockWithin(directory, LOCK_TIMEOUT_MS);
  if (lock === "busy" || lock === "missing") {
    throw new TypeError(`Cannot lock the new directory "${directory}"`);
  }
  return lock;
}

function makeStateDirectory(paths: HostPaths, id: ContainerId): void {
  // One that was not cleared up is as good.
  Deno.mkdirSync(stateDirectory(paths, id), { recursive: true, mode: 0o700 });
}

/**
 * Removes everything about a container; its caller holds its lock.
 *
 * @param volumes Whether those without a name go too, if nobody else has them.
 */
export function removeContainerFiles(
  paths: HostPaths,
  id: ContainerId,
  volumes: "remove" | "keep" = "remove",
): void {
  // Half a container must not be taken for a whole one, but be found by its
  // state: a crash in between leaves what the next command removes.
  markForReconciling(paths, id);
  const config = putConfigAway(paths, id);
  // Of a damaged one the name must be found.
  const name = config?.name ?? findNameOf(paths, id);
  if (name !== undefined) releaseName(paths, name, id);
  if (config !== undefined && volumes === "remove") {
    removeUnusedVolumes(paths, anonymousNames(config));
  }
  removeDirectories(paths, id);
}

/** @returns What it was, unless it is damaged. */
function putConfigAway(
  paths: HostPaths,
  id: ContainerId,
): ContainerConfig | undefined {
  // Or who is about to rename it, or to update it, would bring it back.
  using _unchanged = lockConfig(paths, id);
  // It may have been renamed since its keeper has read its configuration; one
  // half removed has it put away.
  const config = readConfig(paths, id) ?? readRetired(paths, id);
  retireConfig(paths, id);
  return config;
}

function markForReconciling(paths: HostPaths, id: ContainerId): void {
  try {
    Deno.mkdirSync(stateDirectory(paths, id), { mode: 0o700 });
  } catch (error) {
    // It is there already; or there are no states yet after a reboot, when all
    // containers are looked at; or there is no room, and removing is what helps.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** Removes a container's two directories, the state at last. */
export function removeDirectories(paths: HostPaths, id: ContainerId): void {
  removePath(containerDirectory(paths, id));
  removePath(stateDirectory(paths, id));
}
