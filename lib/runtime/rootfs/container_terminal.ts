/**
 * A further terminal from the devpts of a running container.
 *
 * @module
 * @see pts(4), Linux Documentation/filesystems/devpts.rst
 */
import { openat } from "../../../ffi/calls/file.ts";
import { statfs } from "../../../ffi/calls/file_system.ts";
import {
  AT_FDCWD,
  O_NOCTTY,
  O_PATH,
  O_RDWR,
} from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { HostError } from "../../base/errors.ts";
import { openInRoot } from "../../base/open_in_root.ts";

/** Of `linux/magic.h`. */
const DEVPTS_SUPER_MAGIC = 0x1cd1;
const PATH = "/dev/pts/ptmx";

/**
 * Opens the master of a new terminal.
 *
 * @param root The container's root directory.
 * @throws {HostError} If the container has no terminals. Whatever else it has
 * there is not opened: opening a device may do something.
 */
export function openContainerTerminal(root: Fd): Fd {
  try {
    using found = openInRoot(root.number, PATH, O_PATH);
    if (statfs(found.path).type === DEVPTS_SUPER_MAGIC) {
      return openat(AT_FDCWD, found.path, O_RDWR | O_NOCTTY);
    }
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    throw noTerminal(error.message, error);
  }
  throw noTerminal(`"${PATH}" is not on a devpts file system`);
}

function noTerminal(why: string, cause?: unknown): HostError {
  return new HostError(
    `Cannot open a terminal in the container: ${why}`,
    { cause, advice: "without -t" },
  );
}
