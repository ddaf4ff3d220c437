/**
 * A cgroup and all below it, by descriptors: a container that may make cgroups
 * can nest them deeper than a path reaches, and give them names that are no text.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { listDirectories } from "../../base/directory_names.ts";

/** What to do in each cgroup. */
export interface CgroupVisitor {
  /**
   * Called before those below it are.
   *
   * @param path Leads there for as long as the call takes.
   */
  enter?(path: string): void;
  /**
   * Called after all below it; not for the one the walk begins with.
   *
   * @param above The directory that it is in.
   */
  leave?(above: Fd, name: Uint8Array): void;
}

/** A cgroup on the way down. */
interface Level {
  readonly name: Uint8Array;
  /** Names of those below that are yet to be visited. */
  readonly below: Uint8Array[];
}

/**
 * Visits a cgroup and all below it; no more than one or two are open at a time,
 * however deep they are. What has been removed meanwhile is passed over.
 *
 * @param directory Absolute path.
 */
export function walkCgroups(directory: string, visitor: CgroupVisitor): void {
  const top = tryOpen(AT_FDCWD, new TextEncoder().encode(directory));
  if (top === undefined) return;
  using stack = new DisposableStack();
  let current = top;
  stack.defer(() => current[Symbol.dispose]());
  const move = (to: Fd): void => {
    current[Symbol.dispose]();
    current = to;
  };
  const begin = (name: Uint8Array): Level => {
    visitor.enter?.(current.path);
    return { name, below: listIfThere(current) };
  };
  const levels = [begin(new Uint8Array())];
  for (let level = levels.at(-1); level !== undefined; level = levels.at(-1)) {
    const next = level.below.pop();
    if (next !== undefined) {
      const child = tryOpen(current.number, next);
      if (child === undefined) continue;
      move(child);
      levels.push(begin(next));
    } else {
      levels.pop();
      if (levels.length === 0) return;
      move(openat(current.number, "..", O_RDONLY | O_DIRECTORY));
      visitor.leave?.(current, level.name);
    }
  }
}

function tryOpen(directory: number, name: Uint8Array): Fd | undefined {
  try {
    return openat(directory, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENODEV")) return undefined;
    throw error;
  }
}

function listIfThere(directory: Fd): Uint8Array[] {
  try {
    return listDirectories(directory.number);
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENODEV")) return [];
    throw error;
  }
}
