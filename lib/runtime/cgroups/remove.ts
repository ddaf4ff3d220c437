/**
 * The end of a container's cgroups.
 *
 * @module
 * @see cgroups(7), "Destroying cgroups"
 */
import { rmdirat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, AT_REMOVEDIR } from "../../../ffi/constants/fcntl.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { isSyscallError, SyscallError } from "../../../ffi/errno.ts";
import { trySyscall } from "../../../ffi/syscall.ts";
import { isThere } from "./interface_file.ts";
import { killIn } from "./kill.ts";
import { type CgroupMount, mountedHierarchies } from "./mount_table.ts";
import { DEFAULT_PARENT, removeDefaultParent } from "./parents.ts";
import { pause } from "./pause.ts";
import { walkCgroups } from "./walk.ts";

/** A process that is killed may first have to finish what it is waiting for. */
const PATIENCE_MS = 5000;
/** How often to try before looking for processes that have been overlooked. */
const TRIES_PER_KILL = 20;

/**
 * Removes a container's cgroup from every hierarchy, with what it has made
 * below, and with its processes. Blocks until they have ended, but for no more
 * than some seconds. Does nothing where it is gone already; a millisecond if no
 * process is left.
 *
 * The parent of all containers goes with the last of them; one that the user
 * has named stays.
 *
 * @param cgroupsPath The container's, below the root of each hierarchy.
 * @returns Whether it is gone; if not, a process does not end.
 */
export function removeCgroup(
  cgroupsPath: string,
  hierarchies: readonly CgroupMount[] = mountedHierarchies(),
): boolean {
  let left = hierarchies.map(({ mountPoint }) => `${mountPoint}${cgroupsPath}`)
    .filter((directory) => !remove(directory));
  const end = performance.now() + PATIENCE_MS;
  for (let tries = 0; left.length > 0; tries++) {
    if (performance.now() > end) return false;
    if (tries % TRIES_PER_KILL === 0) killIn(hierarchies, cgroupsPath);
    left = left.filter((directory) => !removeTree(directory));
    if (left.length > 0) pause();
  }
  if (cgroupsPath.startsWith(`${DEFAULT_PARENT}/`)) {
    removeDefaultParent(hierarchies);
  }
  return true;
}

/** Children first; one that stays keeps those that it is in. */
function removeTree(directory: string): boolean {
  walkCgroups(directory, {
    leave: (above, name) => {
      try {
        rmdirat(above.number, name);
      } catch (error) {
        if (!isSyscallError(error, "EBUSY", "ENOTEMPTY", "ENOENT")) throw error;
      }
    },
  });
  return remove(directory);
}

function remove(directory: string): boolean {
  const result = trySyscall("unlinkat", AT_FDCWD, directory, AT_REMOVEDIR);
  if (result === 0 || result === -ERRNO.ENOENT) return true;
  // The kernel may find something else wrong before it looks for it.
  if (!isThere(directory)) return true;
  if (result === -ERRNO.EBUSY || result === -ERRNO.ENOTEMPTY) return false;
  throw new SyscallError("unlinkat", -result, JSON.stringify(directory));
}
