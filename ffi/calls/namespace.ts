/**
 * Namespaces of the calling thread. One call each.
 *
 * @module
 * @see setns(2), unshare(2), namespaces(7)
 */
import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from "../constants/fcntl.ts";
import { Fd } from "../fd.ts";
import { syscall } from "../syscall.ts";

/** Kinds of namespaces by the name of their file in `/proc/PID/ns`. */
export type NamespaceFile = "mnt" | "pid" | "net" | "ipc" | "uts" | "cgroup";

/** Opens a namespace of the calling thread. */
export function openOwnNamespace(kind: NamespaceFile): Fd {
  const path = `/proc/thread-self/ns/${kind}`;
  return new Fd(syscall("openat", AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
}

/**
 * Moves the calling thread into another namespace.
 *
 * @param type The `CLONE_NEW…` flag of its kind.
 * @throws {SyscallError} `EINVAL` for a mount namespace while the thread
 * shares its root directory with others (`CLONE_FS`).
 */
export function setns(namespace: Fd, type: number): void {
  syscall("setns", namespace.number, type);
}

/**
 * Gives the calling thread new namespaces.
 *
 * @param types `CLONE_NEW…` flags, `CLONE_FS`.
 */
export function unshare(types: number): void {
  syscall("unshare", types);
}
