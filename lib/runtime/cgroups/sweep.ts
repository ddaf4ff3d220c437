/**
 * Cgroups that containers have left behind: after a crash of tsdocker's, or of
 * the host's.
 *
 * @module
 */
import { openat, rmdirat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { listDirectories } from "../../base/directory_names.ts";
import type { Hierarchy } from "./hierarchy.ts";
import { mountedHierarchies } from "./mount_table.ts";
import {
  DEFAULT_PARENT,
  removeDefaultParent,
  whileNothingStarts,
} from "./parents.ts";
import { walkCgroups } from "./walk.ts";

/**
 * Removes the cgroups of containers in which no process is, below the parent of
 * all containers. Kills nothing: a container of another root may be there, too.
 *
 * @param above The parent, below the root of each hierarchy.
 * @returns How many containers' there were; 0 if a container is being started,
 * whose own is still empty.
 */
export function sweepCgroups(
  hierarchies: readonly Hierarchy[] = mountedHierarchies(),
  above: string = DEFAULT_PARENT,
): number {
  const swept = new Set<string>();
  whileNothingStarts(hierarchies, () => {
    for (const { mountPoint } of hierarchies) {
      const parent = `${mountPoint}${above}`;
      for (const name of namesIn(parent)) {
        const directory = `${parent}/${name}`;
        if (isEmpty(directory) && remove(directory)) swept.add(name);
      }
    }
  });
  removeDefaultParent(hierarchies);
  return swept.size;
}

/** A container's; the user may have made others there. */
const CONTAINER = /^[0-9a-f]{64}$/;

function namesIn(parent: string): string[] {
  try {
    using opened = openat(AT_FDCWD, parent, O_RDONLY | O_DIRECTORY);
    return listDirectories(opened.number)
      .map((name) => new TextDecoder().decode(name))
      .filter((name) => CONTAINER.test(name));
  } catch (error) {
    // No container has been started in this hierarchy.
    if (isSyscallError(error, "ENOENT")) return [];
    throw error;
  }
}

/** Whether no process is in it or below. */
function isEmpty(directory: string): boolean {
  let found = false;
  walkCgroups(directory, {
    enter: (path) => {
      found ||= readProcesses(path) !== "";
    },
  });
  return !found;
}

function readProcesses(path: string): string {
  try {
    return Deno.readTextFileSync(`${path}/cgroup.procs`);
  } catch (error) {
    // Removed meanwhile.
    if (error instanceof Deno.errors.NotFound) return "";
    // Threads of v2 (EOPNOTSUPP), which are processes elsewhere: in use.
    return "unknown";
  }
}

function remove(directory: string): boolean {
  const attempt = (at: number, name: string | Uint8Array): boolean => {
    try {
      rmdirat(at, name);
      return true;
    } catch (error) {
      if (isSyscallError(error, "EBUSY", "ENOTEMPTY", "ENOENT")) return false;
      throw error;
    }
  };
  walkCgroups(directory, {
    leave: (above, name) => void attempt(above.number, name),
  });
  return attempt(AT_FDCWD, directory);
}
