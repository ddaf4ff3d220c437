/**
 * A container's files as it sees them itself: through its process if it runs,
 * else mounted for the purpose.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_DIRECTORY, O_PATH } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { InvalidStateError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { translateId } from "../../oci/translate_id.ts";
import { holdUserNamespace } from "../../runtime/launch/user_namespace.ts";
import { mapText } from "../../runtime/plan/id_map.ts";
import { isRunning } from "../../runtime/process_identity.ts";
import type { FileMaker } from "../../runtime/rootfs/file_maker.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { snapshotOf } from "./create.ts";
import { findConfig, findProcess } from "./look_up.ts";
import { lockWithin } from "./lock.ts";
import { mountLayers, mountRoot, type RootParts } from "./mount_root.ts";
import { ownLayers } from "./own_layers.ts";
import { containerDirectory, readConfig } from "./records.ts";

/** How long a container may be on its way from one status to another. */
const CHANGE_TIMEOUT_MS = 10_000;
/** How long to wait for its lock before looking whether it runs by now. */
const LOCK_TIMEOUT_MS = 50;

/** A container's files. */
export interface ContainerRoot extends Disposable {
  /** Its root directory, perhaps `O_PATH`. */
  readonly root: Fd;
  readonly config: ContainerConfig;
  /** Its root user as the host knows it. */
  readonly maker: FileMaker;
}

/**
 * Opens a container's files, volumes included. One that does not run cannot
 * be started until they are closed.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {InvalidStateError} If it is neither running nor at rest for long.
 */
export async function openContainerRoot(
  { paths }: Pick<Engine, "paths">,
  reference: string,
): Promise<ContainerRoot> {
  const config = findConfig(paths, reference);
  const deadline = performance.now() + CHANGE_TIMEOUT_MS;
  for (;;) {
    const running = openRunningRoot(paths, config);
    if (running !== undefined) return running;
    const lock = lockWithin(
      containerDirectory(paths, config.id),
      LOCK_TIMEOUT_MS,
    );
    if (lock === "missing") {
      throw new NotFoundError(`No such container: ${reference}`);
    }
    if (lock !== "busy") {
      using held = new DisposableStack();
      held.use(lock);
      // It may have been started without a keeper that holds the lock.
      if (findProcess(paths, config.id) !== undefined) continue;
      const root = held.use(await openStoppedRoot(paths, config));
      const stack = held.move();
      return { ...root, [Symbol.dispose]: () => stack[Symbol.dispose]() };
    }
    if (performance.now() > deadline) throw isBusy(config, reference);
  }
}

/**
 * Opens the layers of a container, without what is mounted over them while it
 * runs, and only for reading.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 */
export async function openContainerLayers(
  { paths }: Pick<Engine, "paths">,
  reference: string,
): Promise<ContainerRoot> {
  const config = findConfig(paths, reference);
  using parts = await partsOf(paths, config);
  return opened(parts, mountLayers(parts));
}

function openRunningRoot(
  paths: HostPaths,
  config: ContainerConfig,
): ContainerRoot | undefined {
  const running = findProcess(paths, config.id);
  if (running === undefined) return undefined;
  try {
    const path = `/proc/${running.pid}/root`;
    using undo = new DisposableStack();
    const root = undo.use(openat(AT_FDCWD, path, O_PATH | O_DIRECTORY));
    // Before it was open, the pid may have got a new owner.
    if (!isRunning(running)) return undefined;
    undo.move();
    return opened({ config, maker: makerOf(config) }, root);
  } catch (error) {
    // It has just ended.
    if (isSyscallError(error, "ENOENT", "ESRCH")) return undefined;
    throw error;
  }
}

async function openStoppedRoot(
  paths: HostPaths,
  { id }: ContainerConfig,
): Promise<ContainerRoot> {
  // Its first start decides whose its layers are, and may be over by now.
  const config = readConfig(paths, id);
  if (config === undefined) {
    throw new NotFoundError(`No such container: ${id}`);
  }
  using parts = await partsOf(paths, config);
  return opened(parts, mountRoot(paths, parts));
}

async function partsOf(
  paths: HostPaths,
  config: ContainerConfig,
): Promise<RootParts & Disposable> {
  const snapshot = snapshotOf(paths, config);
  const maker = makerOf(config);
  const { idMappings, layerOwners } = config;
  if (idMappings === undefined || layerOwners === "shifted") {
    return { config, snapshot, maker, [Symbol.dispose]: () => undefined };
  }
  if (layerOwners === undefined) {
    return { ...await ownLayers(paths, { config, snapshot }), maker };
  }
  const userns = await holdUserNamespace({
    uid: mapText(idMappings.uid, "/linux/uidMappings"),
    gid: mapText(idMappings.gid, "/linux/gidMappings"),
  });
  return {
    config,
    snapshot,
    maker,
    userns,
    [Symbol.dispose]: () => userns[Symbol.dispose](),
  };
}

function opened(
  { config, maker }: Pick<RootParts, "config" | "maker">,
  root: Fd,
): ContainerRoot {
  return {
    config,
    root,
    maker,
    [Symbol.dispose]: () => root[Symbol.dispose](),
  };
}

function makerOf({ idMappings }: ContainerConfig): FileMaker {
  return {
    uid: translateId(idMappings?.uid ?? [], 0) ?? 0,
    gid: translateId(idMappings?.gid ?? [], 0) ?? 0,
  };
}

function isBusy(
  { id }: ContainerConfig,
  reference: string,
): InvalidStateError {
  return new InvalidStateError(
    id,
    "copy",
    "created",
    `Cannot open the files of container "${reference}": another tsdocker is working on it`,
  );
}
