/**
 * What is done to the volumes of a container at its creation: empty ones get
 * what its image has in their place, once, and those that the user wants to be
 * the container's are given to its user.
 *
 * What is copied grows beside the volume's files under one name, gets another
 * when it is whole, and is then moved in. Whoever is killed meanwhile leaves
 * what the next one finishes, or does again.
 *
 * @module
 */
import {
  fchown,
  futimens,
  mkdirat,
  openat,
  renameNoReplace,
} from "../../../ffi/calls/file.ts";
import { fstat } from "../../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  LOCK_EX,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import {
  describeErrno,
  isSyscallError,
  SyscallError,
} from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { syscallAsync } from "../../../ffi/syscall.ts";
import { listNames } from "../../base/directory_names.ts";
import { HostError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { openInRoot } from "../../base/open_in_root.ts";
import { pathExists } from "../../base/path_exists.ts";
import { removePath, removeTree } from "../../base/remove_tree.ts";
import { translateId } from "../../oci/translate_id.ts";
import { tryLock } from "../../storage/file_lock.ts";
import type { OwnerMappings } from "../../storage/owner_shift.ts";
import { copyShifted } from "../../storage/shifted_copy.ts";
import { DATA, volumePath } from "../../storage/volume_path.ts";
import type { CreatedContainer } from "../containers/create.ts";
import { mountLayers } from "../containers/mount_root.ts";
import type { BindVolume, VolumeUse } from "../volume.ts";
import { giveToUser } from "./give_to_user.ts";

/** What is being copied. */
const GROWING = "growing";
/** What has been copied and is being moved in. */
const WHOLE = "whole";

const OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
/** Every id as it is. */
const UNCHANGED: OwnerMappings["uid"] = [
  { containerID: 0, hostID: 0, size: 0xffff_ffff },
];

/** What a volume is filled for. */
type Filled = Pick<CreatedContainer, "config" | "snapshot">;

/**
 * Fills the empty volumes of a container that has been created and not started.
 *
 * @throws {HostError} If the host refuses something: no space. The volume is
 * as it was then.
 */
export async function fillVolumes(
  paths: HostPaths,
  container: Filled,
): Promise<void> {
  for (const bind of container.config.volumes) {
    const { volume, owner } = bind;
    if (volume !== undefined) {
      await fillVolume(volumePath(paths, volume.name), container, {
        ...bind,
        volume,
      });
    }
    if (owner === "user") giveToUser(container, bind);
  }
}

type StoreVolume = BindVolume & { readonly volume: VolumeUse };

async function fillVolume(
  directory: string,
  container: Filled,
  bind: StoreVolume,
): Promise<void> {
  if (isSettled(directory)) return;
  using _locked = await lockDirectory(directory);
  try {
    // Whoever had it before us may have filled it, or have been killed.
    removePath(`${directory}/${GROWING}`);
    if (pathExists(`${directory}/${WHOLE}`)) moveIn(directory);
    if (!isSettled(directory)) fillEmpty(directory, container, bind);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    removePath(`${directory}/${GROWING}`);
    throw new HostError(
      `Cannot copy "${bind.destination}" of the image to volume "${bind.volume.name}": ${error.call}: ${
        describeErrno(error.errno)
      }`,
      {
        cause: error,
        advice: `-v ${bind.volume.name}:${bind.destination}:nocopy`,
      },
    );
  }
}

/** Whether it has files, and all that were to come. */
function isSettled(directory: string): boolean {
  return !pathExists(`${directory}/${WHOLE}`) &&
    !isEmpty(`${directory}/${DATA}`);
}

function isEmpty(directory: string): boolean {
  for (const _ of Deno.readDirSync(directory)) return false;
  return true;
}

/** Waits for others who fill it. */
async function lockDirectory(path: string): Promise<Fd> {
  const fd = openat(AT_FDCWD, path, OPEN_DIRECTORY);
  // The answer of the waiting call is not known, so it is asked for again.
  while (!tryLock(fd)) await syscallAsync("flock", fd.number, LOCK_EX);
  return fd;
}

function fillEmpty(
  directory: string,
  container: Filled,
  { destination, volume }: StoreVolume,
): void {
  using source = volume.copyUp === "never"
    ? undefined
    : openInImage(container, destination);
  if (source === undefined) return adopt(`${directory}/${DATA}`, container);
  const { uid = UNCHANGED, gid = UNCHANGED } = container.config.idMappings ??
    {};
  const growing = `${directory}/${GROWING}`;
  mkdirat(AT_FDCWD, growing, 0o700);
  using target = openat(AT_FDCWD, growing, OPEN_DIRECTORY);
  copyShifted(source.number, target.number, { uid, gid });
  Deno.renameSync(growing, `${directory}/${WHOLE}`);
  moveIn(directory);
}

/** Moves what has been copied to where the volume's files are. */
function moveIn(directory: string): void {
  const path = `${directory}/${WHOLE}`;
  using whole = openat(AT_FDCWD, path, OPEN_DIRECTORY);
  using data = openat(AT_FDCWD, `${directory}/${DATA}`, OPEN_DIRECTORY);
  const { modified } = fstat(whole.number);
  for (const name of listNames(whole.number)) {
    try {
      renameNoReplace(
        { directory: whole.number, name },
        { directory: data.number, name },
      );
    } catch (error) {
      // A container that runs has made one of its own meanwhile.
      if (!isSyscallError(error, "EEXIST")) throw error;
      removeTree(whole.number, name);
    }
  }
  // Nothing is left of it but the attributes of the directory itself.
  copyShifted(whole.number, data.number, { uid: UNCHANGED, gid: UNCHANGED });
  futimens(data.number, modified);
  removePath(path);
}

/** A new volume belongs to the root of its first container. */
function adopt(path: string, { config: { idMappings } }: Filled): void {
  if (idMappings === undefined) return;
  using data = openat(AT_FDCWD, path, OPEN_DIRECTORY);
  const { uid, gid } = fstat(data.number);
  if (uid !== 0 || gid !== 0) return;
  const owner = {
    uid: translateId(idMappings.uid, 0) ?? 0,
    gid: translateId(idMappings.gid, 0) ?? 0,
  };
  fchown(data.number, owner.uid, owner.gid);
}

/** Opens a directory of the image, whose links never lead out of it. */
function openInImage(
  { config, snapshot }: Filled,
  destination: string,
): Fd | undefined {
  const [, first = ""] = destination.split("/");
  // Most volumes are where the image has nothing, and mounting takes longer.
  const layers = snapshot.lower.filter((layer) =>
    pathExists(`${layer}/${first}`)
  );
  if (layers.length === 0) return undefined;
  // Their owners are moved while they are copied, not while they are mounted.
  const { idMappings: _ids, layerOwners: _owners, ...plain } = config;
  using root = mountLayers({
    config: plain,
    snapshot,
    maker: { uid: 0, gid: 0 },
  });
  try {
    return openInRoot(root.number, destination, O_RDONLY | O_DIRECTORY);
  } catch (error) {
    // The image has nothing there, or a file.
    if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}
