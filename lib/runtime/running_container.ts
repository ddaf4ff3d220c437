/**
 * What of a running container can be held from outside: its root directory and
 * its namespaces, as descriptors, so that they stay those of this container
 * whatever becomes of its pid.
 *
 * @module
 * @see proc_pid_ns(5), proc_pid_root(5)
 */
import { type DirectoryFd, openat, readlinkat } from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { HostError } from "../base/errors.ts";
import type { NamespaceType } from "../oci/runtime_spec.ts";
import { isRunning, type ProcessIdentity } from "./process_identity.ts";

/** Parts of a running container, all open. */
export interface RunningContainer extends Disposable {
  /** Its root directory; an `O_PATH` descriptor. */
  readonly root: Fd;
  /** Its namespaces, without those it shares with the calling thread. */
  readonly namespaces: ReadonlyMap<NamespaceType, Fd>;
}

/** Files of `/proc/PID/ns`; time namespaces are not used. */
const FILES: readonly (readonly [NamespaceType, string])[] = [
  ["user", "user"],
  ["mount", "mnt"],
  ["pid", "pid"],
  ["network", "net"],
  ["ipc", "ipc"],
  ["uts", "uts"],
  ["cgroup", "cgroup"],
];

/** The calling thread, which may be elsewhere than the process. */
const OWN = "/proc/thread-self";

/**
 * Opens a running container. Blocks, about a tenth of a millisecond.
 *
 * @param process Its process 1.
 * @returns `undefined` if it has ended.
 * @throws {HostError} If it has no mount namespace of its own: what would be
 * done in it would be done to the host.
 */
export function openRunning(
  process: ProcessIdentity,
): RunningContainer | undefined {
  try {
    using directory = openat(
      AT_FDCWD,
      `/proc/${process.pid}`,
      O_PATH | O_DIRECTORY,
    );
    // Only then is it known whose directory has been opened. It goes on to be
    // that process's, or nobody's.
    return isRunning(process) ? openParts(directory.number) : undefined;
  } catch (error) {
    // It has ended meanwhile.
    if (isSyscallError(error, "ENOENT", "ESRCH")) return undefined;
    throw error;
  }
}

function openParts(process: DirectoryFd): RunningContainer {
  using opened = new DisposableStack();
  const root = opened.use(openat(process, "root", O_PATH | O_DIRECTORY));
  using own = openat(AT_FDCWD, OWN, O_PATH | O_DIRECTORY);
  const namespaces = new Map<NamespaceType, Fd>();
  for (const [type, file] of FILES) {
    const path = `ns/${file}`;
    const name = nameOf(process, path);
    // ENOENT here: a kernel without this kind.
    if (name === undefined || name === nameOf(own.number, path)) continue;
    namespaces.set(type, opened.use(openat(process, path, O_RDONLY)));
  }
  if (!namespaces.has("mount")) {
    throw new HostError(
      "Cannot enter the container: its mounts are those of the host",
    );
  }
  const parts = opened.move();
  return {
    root,
    namespaces,
    [Symbol.dispose]: () => parts[Symbol.dispose](),
  };
}

/** Such as `mnt:[4026531841]`, which tells one namespace from another. */
function nameOf(process: DirectoryFd, path: string): string | undefined {
  try {
    // Plain ASCII, and a decoder's first use costs 0.1 ms.
    return String.fromCharCode(...readlinkat(process, path));
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return undefined;
    throw error;
  }
}
