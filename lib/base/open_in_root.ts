/**
 * Paths beneath a directory, resolved by the kernel as if it were the root.
 *
 * @module
 * @see openat2(2), RESOLVE_IN_ROOT
 */
import {
  type DirectoryFd,
  type KernelPath,
  openat2,
} from "../../ffi/calls/file.ts";
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
  const how = { flags, resolve: RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS };
  for (let attempt = 1;; attempt++) {
    try {
      return openat2(root, path, how);
    } catch (error) {
      // While anything on the host is renamed, the kernel cannot vouch for
      // `..` in a path; openat2(2) leaves trying again to the caller.
      if (!isSyscallError(error, "EAGAIN") || attempt === ATTEMPTS) throw error;
    }
  }
}
