/**
 * Paths beneath a directory, resolved by the kernel as if it were the root.
 *
 * @module
 * @see openat2(2), RESOLVE_IN_ROOT
 */
import { type DirectoryFd, type KernelPath } from "../../ffi/calls/file.ts";
import {
  openat2,
  openat2IfThere,
  type OpenHow,
} from "../../ffi/calls/openat2.ts";
import {
  RESOLVE_IN_ROOT,
  RESOLVE_NO_MAGICLINKS,
} from "../../ffi/constants/openat2.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";

/** How often a path is resolved before giving up on a host that keeps renaming. */
const ATTEMPTS = 1000;

/**
 * Opens a path beneath a directory, following symbolic links as a process
 * would that has it as its root: they never lead outside.
 *
 * @param root The directory, in the calling thread's mount namespace.
 * @param path Absolute or relative; both begin at the root.
 * @param flags Of open(2); `O_CLOEXEC` is added.
 * @throws {SyscallError} `ENOENT`, `ENOTDIR`, `ELOOP` for magic links, …
 */
export function openInRoot(
  root: DirectoryFd,
  path: KernelPath,
  flags: number,
): Fd {
  return resolveInRoot(flags, (how) => openat2(root, path, how));
}

/** As {@linkcode openInRoot}, but `undefined` for `ENOENT`. */
export function openInRootIfThere(
  root: DirectoryFd,
  path: KernelPath,
  flags: number,
): Fd | undefined {
  return resolveInRoot(flags, (how) => openat2IfThere(root, path, how));
}

function resolveInRoot<T>(flags: number, open: (how: OpenHow) => T): T {
  const how = { flags, resolve: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
  for (let attempt = 1;; attempt++) {
    try {
      return open(how);
    } catch (error) {
      // While anything on the host is renamed, the kernel cannot vouch for
      // `..` in a path; openat2(2) leaves trying again to the caller.
      if (!isSyscallError(error, "EAGAIN") || attempt === ATTEMPTS) throw error;
    }
  }
}
