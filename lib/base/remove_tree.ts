/**
 * Removes a directory with all below it, by descriptors: names need not be
 * text, no symbolic link is ever followed, and no mount is ever entered. Deno's
 * own recursive removal starts a pool of threads, which takes longer than a
 * container lives.
 *
 * @module
 */
import {
  bytesOf,
  type DirectoryFd,
  type KernelPath,
  openat,
  renameNoReplace,
  rmdirat,
} from "../../ffi/calls/file.ts";
import { openat2 } from "../../ffi/calls/openat2.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { RESOLVE_NO_XDEV } from "../../ffi/constants/openat2.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { syscallUnless } from "../../ffi/syscall.ts";
import { listNames } from "./directory_names.ts";

/**
 * How deep directories are descended into. What lies deeper is first moved up:
 * a container may nest deeper than a process may have descriptors.
 */
const MAX_DEPTH = 64;

/** Asked before each name below a directory; what it throws ends the removal. */
export type RemovalWatch = () => void;

/** The directory everything lies below, and how often something was moved up. */
interface Top {
  readonly fd: DirectoryFd;
  readonly watch: RemovalWatch;
  moved: number;
}

const UNWATCHED: RemovalWatch = () => {};

/**
 * Removes a name of a directory, whatever it is. That somebody else removes
 * it at the same time is no error.
 *
 * @param directory Directory that holds the name.
 * @param name One component.
 * @throws {SyscallError} If something cannot be removed, `EXDEV` if something
 * is mounted there or below.
 */
export function removeTree(
  directory: DirectoryFd,
  name: KernelPath,
  watch: RemovalWatch = UNWATCHED,
): void {
  try {
    if (unlinkUnlessDirectory(directory, name)) return;
    // What has been moved up meanwhile makes another round.
    while (emptyDirectory(directory, name, watch) > 0);
    rmdirat(directory, name);
  } catch (error) {
    if (!isSyscallError(error, "ENOENT")) throw error;
  }
}

/**
 * Removes a path of the host, whatever it is; that there is none is fine.
 *
 * @param path Absolute, without a slash at its end.
 * @throws {SyscallError} As of {@linkcode removeTree}.
 */
export function removePath(path: string, watch?: RemovalWatch): void {
  const slash = path.lastIndexOf("/");
  try {
    using parent = openat(AT_FDCWD, path.slice(0, slash + 1), O_PATH);
    removeTree(parent.number, path.slice(slash + 1), watch);
  } catch (error) {
    if (!isSyscallError(error, "ENOENT")) throw error;
  }
}

/** Empties a directory but for what was moved up: returns how many were. */
function emptyDirectory(
  directory: DirectoryFd,
  name: KernelPath,
  watch: RemovalWatch,
): number {
  using fd = openDirectory(directory, name);
  const top: Top = { fd: fd.number, watch, moved: 0 };
  removeContents(fd.number, top, 1);
  return top.moved;
}

function removeContents(fd: DirectoryFd, top: Top, depth: number): void {
  // All names first: removing while listing may skip some.
  for (const name of listNames(fd)) {
    top.watch();
    try {
      removeName({ fd, name }, top, depth);
    } catch (error) {
      // Somebody else was faster with this one; the others remain to be done.
      if (!isSyscallError(error, "ENOENT")) throw error;
    }
  }
}

function removeName(
  { fd, name }: { fd: DirectoryFd; name: Uint8Array },
  top: Top,
  depth: number,
): void {
  if (unlinkUnlessDirectory(fd, name)) return;
  if (depth >= MAX_DEPTH) {
    moveUp(fd, name, top);
    return;
  }
  {
    using child = openDirectory(fd, name);
    removeContents(child.number, top, depth + 1);
  }
  rmdirat(fd, name);
}

/** Moves a directory right below the top, under a name that is free there. */
function moveUp(fd: DirectoryFd, name: KernelPath, top: Top): void {
  for (;;) {
    const target = { directory: top.fd, name: `.deep-${top.moved++}` };
    try {
      renameNoReplace({ directory: fd, name }, target);
      return;
    } catch (error) {
      if (!isSyscallError(error, "EEXIST")) throw error;
    }
  }
}

/** Removes anything but a directory; returns whether that was it. */
function unlinkUnlessDirectory(
  directory: DirectoryFd,
  name: KernelPath,
): boolean {
  // Linux says EISDIR for a directory, POSIX and some file systems EPERM.
  const answers = ["EISDIR", "EPERM"] as const;
  const path = bytesOf(name);
  return syscallUnless(answers, "unlinkat", directory, path, 0) !== undefined;
}

/** Opens what is in the directory itself, nothing that is mounted over it. */
function openDirectory(directory: DirectoryFd, name: KernelPath): Fd {
  const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
  try {
    return openat2(directory, name, { flags, resolve: RESOLVE_NO_XDEV });
  } catch (error) {
    if (!isSyscallError(error, "ENOSYS", "EPERM")) throw error;
    // Without openat2(2) no container starts that could have mounts.
    return openat(directory, name, flags);
  }
}
