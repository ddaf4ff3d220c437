/**
 * Paths inside a container, resolved beneath its root by the kernel.
 *
 * @module
 * @see openat2(2), RESOLVE_IN_ROOT
 */
import {
  AT_FDCWD,
  O_CLOEXEC,
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { openat } from "../../../ffi/calls/file.ts";
import { Fd } from "../../../ffi/fd.ts";
import { openInRoot, openInRootIfThere } from "../../base/open_in_root.ts";
import { trySyscall } from "../../../ffi/syscall.ts";

/** As many as the kernel follows in one path. */
const MAX_LINKS = 40;

/**
 * Opens a path inside the root as `O_PATH`, creating what is missing of it, and
 * of what a dangling symbolic link leads to inside the root: many systems have
 * such a link as `/etc/resolv.conf`.
 *
 * @param kind What the last component becomes if it is missing; directories
 * above it are created with mode 0755, a file is created empty with 0644.
 * @param maxLinks How many dangling links are followed.
 * @throws {SyscallError} `EROFS` if the root cannot be written, `ENOTDIR` if
 * a file is in the way.
 */
export function createInRoot(
  root: Fd,
  path: string,
  kind: "directory" | "file",
  maxLinks: number = MAX_LINKS,
): Fd {
  const existing = openInRootIfThere(root.number, path, O_PATH);
  if (existing !== undefined) return existing;
  const components = path.split("/").filter((component) => component !== "");
  const last = components.pop();
  let parent = openInRoot(root.number, "/", O_PATH | O_DIRECTORY);
  let walked = "";
  for (const component of components) {
    using above = parent;
    walked += `/${component}`;
    parent = openOrMakeDirectory(root, above, walked, maxLinks);
  }
  using above = parent;
  if (last === undefined) return above.duplicate();
  walked += `/${last}`;
  return kind === "directory"
    ? openOrMakeDirectory(root, above, walked, maxLinks)
    : makeFile(root, above, walked, maxLinks);
}

function openOrMakeDirectory(
  root: Fd,
  above: Fd,
  path: string,
  maxLinks: number,
): Fd {
  const name = baseName(path);
  const flags = O_PATH | O_DIRECTORY;
  const existing = openInRootIfThere(root.number, path, flags);
  if (existing !== undefined) return existing;
  // EEXIST: somebody was faster, or it is a dangling link.
  const made = trySyscall("mkdirat", above.number, name, 0o755);
  if (made < 0) {
    const target = danglingTarget(above, path, maxLinks);
    return target === undefined
      ? openInRoot(root.number, path, flags)
      : createInRoot(root, target, "directory", maxLinks - 1);
  }
  return openChild(above, name, O_DIRECTORY);
}

function makeFile(
  root: Fd,
  above: Fd,
  path: string,
  maxLinks: number,
): Fd {
  const name = baseName(path);
  const flags = O_CREAT | O_NOFOLLOW | O_RDONLY | O_CLOEXEC;
  const made = trySyscall("openat", above.number, name, flags, 0o644);
  if (made < 0) {
    const target = danglingTarget(above, path, maxLinks);
    return target === undefined
      ? openInRoot(root.number, path, O_PATH)
      : createInRoot(root, target, "file", maxLinks - 1);
  }
  using _file = new Fd(made);
  return openChild(above, name, 0);
}

/**
 * Where a path that is a link leads, as a path inside the root; nothing is
 * created through the link itself, which would resolve it on the host.
 *
 * @returns `undefined` if it is no link, or one too many.
 */
function danglingTarget(
  above: Fd,
  path: string,
  maxLinks: number,
): string | undefined {
  if (maxLinks === 0) return undefined;
  try {
    const target = Deno.readLinkSync(`${above.path}/${baseName(path)}`);
    const directory = path.slice(0, path.lastIndexOf("/"));
    return target.startsWith("/") ? target : `${directory}/${target}`;
  } catch (error) {
    // EINVAL: it is no link.
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Error && error.message.includes("os error 22")) {
      return undefined;
    }
    throw error;
  }
}

/** A name in a directory, itself and not what it may point to. */
function openChild(above: Fd, name: string, flags: number): Fd {
  return openat(above.number, name, O_PATH | O_NOFOLLOW | flags);
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Opens a directory of the host as `O_PATH`. */
export function openHostDirectory(path: string): Fd {
  return openat(AT_FDCWD, path, O_PATH | O_DIRECTORY);
}
