/**
 * `-v …:U`: gives the files of a volume to the container's user.
 *
 * @module
 */
import {
  type DirectoryFd,
  fchown,
  lchownat,
  openat,
} from "../../../ffi/calls/file.ts";
import { openat2 } from "../../../ffi/calls/openat2.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { RESOLVE_NO_XDEV } from "../../../ffi/constants/openat2.ts";
import {
  describeErrno,
  isSyscallError,
  SyscallError,
} from "../../../ffi/errno.ts";
import { listNames } from "../../base/directory_names.ts";
import { HostError, UsageError } from "../../base/errors.ts";
import { translateId } from "../../oci/translate_id.ts";
import type { CreatedContainer } from "../containers/create.ts";
import { findImageUser } from "../image_user.ts";
import type { BindVolume } from "../volume.ts";

/** A directory below which everything is a program's or somebody's own. */
const SHALLOWEST = 2;
/** Deeper directories would take more descriptors than a process may have. */
const MAX_DEPTH = 512;

/** Ids of the host. */
interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/**
 * Gives everything in a volume to the user that its container runs as. No link
 * is followed, and no other file system entered. Blocks.
 *
 * @throws {UsageError} If it is a directory right below the host's root, or
 * the user is not in the image.
 * @throws {HostError} If the host refuses it: read-only.
 */
export function giveToUser(
  { config, snapshot }: Pick<CreatedContainer, "config" | "snapshot">,
  { source, destination }: BindVolume,
): void {
  const components = source.split("/").filter((one) => one !== "");
  if (components.length < SHALLOWEST) {
    throw new UsageError(
      `Cannot give "${source}" to the container's user: it is a directory of the host itself`,
      { advice: `-v ${source}:${destination} without U` },
    );
  }
  const { user } = findImageUser(config, snapshot);
  const { uid = [], gid = [] } = config.idMappings ?? {};
  const isMapped = config.idMappings !== undefined;
  const owner = {
    uid: (isMapped ? translateId(uid, user.uid) : user.uid) ?? user.uid,
    gid: (isMapped ? translateId(gid, user.gid) : user.gid) ?? user.gid,
  };
  try {
    changeOwners(source, owner);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw new HostError(
      `Cannot give "${source}" to the container's user: ${error.call}: ${
        describeErrno(error.errno)
      }`,
      { cause: error },
    );
  }
}

/** Changes the owner of a file, or of a directory with all in it. */
export function changeOwners(path: string, owner: Owner): void {
  const slash = path.lastIndexOf("/");
  using parent = openat(
    AT_FDCWD,
    path.slice(0, slash) || "/",
    O_RDONLY | O_DIRECTORY,
  );
  changeOwner(parent.number, {
    name: new TextEncoder().encode(path.slice(slash + 1)),
    owner,
    depth: 0,
  });
}

interface Change {
  readonly name: Uint8Array;
  readonly owner: Owner;
  readonly depth: number;
}

function changeOwner(
  directory: DirectoryFd,
  { name, owner, depth }: Change,
): void {
  if (depth > MAX_DEPTH) {
    throw new HostError(
      `Cannot change owners of files: directories are nested more than ${MAX_DEPTH} deep`,
    );
  }
  try {
    // The volume itself may be mounted from elsewhere, what is in it may not.
    const resolve = depth === 0 ? 0 : RESOLVE_NO_XDEV;
    const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
    using opened = openat2(directory, name, { flags, resolve });
    for (const child of listNames(opened.number)) {
      changeOwner(opened.number, { name: child, owner, depth: depth + 1 });
    }
    fchown(opened.number, owner.uid, owner.gid);
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "EXDEV")) return;
    if (!isSyscallError(error, "ENOTDIR", "ELOOP")) throw error;
    lchownat(directory, name, owner.uid, owner.gid);
  }
}
