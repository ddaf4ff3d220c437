/**
 * The cgroup that those of all containers are in. Whoever starts a container
 * makes it if it is missing; whoever removes the last one removes it.
 *
 * @module
 * @see flock(2)
 */
import { openat } from "../../../ffi/calls/file.ts";
import { tryFlock } from "../../../ffi/calls/flock.ts";
import {
  AT_FDCWD,
  AT_REMOVEDIR,
  LOCK_EX,
  LOCK_SH,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { syscallUnless } from "../../../ffi/syscall.ts";
import type { Hierarchy } from "./hierarchy.ts";
import { mountedHierarchies } from "./mount_table.ts";
import { pause } from "./pause.ts";

/** Where a container's cgroup is unless the user says otherwise. */
export const DEFAULT_PARENT = "/tsdocker";

/** Removing it takes a millisecond, and fifty where everything takes long. */
const PATIENCE_MS = 1000;

/**
 * Keeps the parent from being removed, from before the survey until the
 * container's own cgroup is in it.
 *
 * Anybody on the host may open the directory that is locked, and keep the lock
 * for good. So after a while this goes on without: at worst, a start fails.
 */
export function lockParents(
  hierarchies: readonly Hierarchy[] = mountedHierarchies(),
): Disposable {
  const owner = new DisposableStack();
  const [first] = hierarchies;
  if (first === undefined) return owner;
  const directory = owner.use(openDirectory(first));
  const end = performance.now() + PATIENCE_MS;
  while (!tryFlock(directory.number, LOCK_SH) && performance.now() < end) {
    pause();
  }
  return owner;
}

/**
 * Removes the parent of all containers unless somebody needs it: it is not
 * empty, or a container is being started.
 */
export function removeDefaultParent(hierarchies: readonly Hierarchy[]): void {
  const [first] = hierarchies;
  if (first === undefined) return;
  using directory = openDirectory(first);
  if (!tryFlock(directory.number, LOCK_EX)) return;
  for (const { mountPoint } of hierarchies) {
    // It has other containers' cgroups, processes, or has not been made here.
    const answers = ["EBUSY", "ENOTEMPTY", "ENOENT"] as const;
    const path = `${mountPoint}${DEFAULT_PARENT}`;
    syscallUnless(answers, "unlinkat", AT_FDCWD, path, AT_REMOVEDIR);
  }
}

/** Does something unless a container is being started. */
export function whileNothingStarts(
  hierarchies: readonly Hierarchy[],
  act: () => void,
): void {
  const [first] = hierarchies;
  if (first === undefined) return;
  using directory = openDirectory(first);
  if (tryFlock(directory.number, LOCK_EX)) act();
}

function openDirectory({ mountPoint }: Hierarchy): Fd {
  return openat(AT_FDCWD, mountPoint, O_RDONLY | O_DIRECTORY);
}
