/**
 * What the two paths of a copy mean: by docker's rules, which are those of
 * cp(1) but for a directory's contents, which are spelled `DIR/.`.
 *
 * @module
 */
import { readlinkat } from "../../../ffi/calls/file.ts";
import { fstat, isDirectory, lstatat } from "../../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
} from "../../../ffi/constants/fcntl.ts";
import { S_IFLNK, S_IFMT, S_IFREG } from "../../../ffi/constants/stat.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { openat } from "../../../ffi/calls/file.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import { openInRoot } from "../../base/open_in_root.ts";
import {
  type ByteString,
  byteString,
  kernelPath,
} from "../../storage/tar/byte_string.ts";

/** As many as the kernel follows in one path. */
const MAX_LINKS = 40;
/** What the contents of a directory are called, without the directory. */
const CONTENTS = "." as ByteString;

/** Where paths lead: the host, or a container. */
export interface FileSpace {
  /** Opens what is there, links followed as far as the flags say. */
  open(path: ByteString, flags: number): Fd;
  /** The error for a path that is not there. */
  missing(path: string): Error;
  /** The error for a path whose directory is not there. */
  missingParent(directory: string): Error;
}

/** The files of the host. */
export const HOST_FILES: FileSpace = {
  open: (path, flags) => openat(AT_FDCWD, kernelPath(path), flags),
  missing: (path) =>
    new NotFoundError(`lstat ${path}: no such file or directory`),
  missingParent: (directory) =>
    new NotFoundError(
      `invalid output path: directory "${directory}" does not exist`,
    ),
};

/**
 * The files of a container, links followed inside of it.
 *
 * @param root Its root; the caller keeps it open.
 * @param reference What the user calls it.
 */
export function containerFiles(root: Fd, reference: string): FileSpace {
  const missing = (path: string): Error =>
    new NotFoundError(
      `Could not find the file ${path} in container ${reference}`,
    );
  return {
    open: (path, flags) => openInRoot(root.number, kernelPath(path), flags),
    missing,
    missingParent: missing,
  };
}

/** What is copied. */
export interface CopySource {
  /** `O_PATH`, perhaps of a symbolic link. */
  readonly top: Fd;
  /** What it is called where it arrives; `.` for a directory's contents. */
  readonly name: ByteString;
  readonly kind: "directory" | "other";
}

/**
 * Finds what is to be copied.
 *
 * @param path As the user gave it; of the host absolute.
 * @param links Whether a symbolic link is copied, or what it leads to.
 * @throws {NotFoundError} If there is nothing.
 */
export function findSource(
  space: FileSpace,
  path: string,
  links: "copy" | "follow",
): CopySource {
  const flags = links === "copy" ? O_PATH | O_NOFOLLOW : O_PATH;
  const top = orMissing(
    () => space.open(encode(path) || encode("/"), flags),
    () => space.missing(path),
  );
  const isFolder = isDirectory(fstat(top.number));
  const { base } = split(encode(path));
  return {
    top,
    name: isFolder && isItself(base) ? CONTENTS : base,
    kind: isFolder ? "directory" : "other",
  };
}

/** Where it goes. */
export interface CopyTarget {
  /** The directory that names begin in; `O_PATH`. */
  readonly root: Fd;
  /** What the source is called there. */
  readonly name: ByteString;
}

/**
 * Finds where something is to be copied to.
 *
 * @param path As the user gave it; of the host absolute.
 * @throws {NotFoundError} If there is no directory for it.
 * @throws {ConflictError} If it is a directory and would replace a file.
 */
export function findTarget(
  space: FileSpace,
  path: string,
  { name, kind }: Pick<CopySource, "name" | "kind">,
): CopyTarget {
  const existing = openDirectory(space, encode(path));
  if (existing !== undefined) return { root: existing, name };
  const place = followLinks(space, encode(path), path);
  if (place.exists === "special") {
    place.root[Symbol.dispose]();
    throw new ConflictError(
      `invalid output path: "${path}" must be a directory or a regular file`,
    );
  }
  if (place.exists === "file") {
    const isRefused = kind === "directory" || place.wantsDirectory;
    if (!isRefused) return place;
    place.root[Symbol.dispose]();
    throw new ConflictError(
      kind === "directory" ? "cannot copy directory" : "not a directory",
      { advice: `remove "${path}" first, or name another destination` },
    );
  }
  if (kind === "directory" || !place.wantsDirectory) return place;
  place.root[Symbol.dispose]();
  throw new NotFoundError("no such directory", {
    advice: `"${path}" without the slash, or make the directory first`,
  });
}

/**
 * Opens a directory that an archive is to be unpacked in.
 *
 * @returns `undefined` if it is none, or not there.
 */
export function openDirectory(
  space: FileSpace,
  path: ByteString,
): Fd | undefined {
  try {
    return space.open(path || encode("/"), O_PATH | O_DIRECTORY);
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) return undefined;
    throw error;
  }
}

interface Place extends CopyTarget {
  /** What is there; nothing special is ever replaced, such as a device. */
  readonly exists: "file" | "special" | "nothing";
  /** Whether the path ends so that it can only be a directory. */
  readonly wantsDirectory: boolean;
}

/** The name that a path means in the end, in a directory that is there. */
function followLinks(
  space: FileSpace,
  path: ByteString,
  asGiven: string,
): Place {
  let at = path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const { directory, base, wantsDirectory } = split(at);
    const root = openDirectory(space, directory);
    if (root === undefined || isItself(base)) {
      root?.[Symbol.dispose]();
      throw space.missingParent(decode(directory).replace(/(.)\/$/, "$1"));
    }
    const mode = modeOf(root, base);
    const type = mode === undefined ? undefined : mode & S_IFMT;
    if (type !== S_IFLNK) {
      const exists = type === undefined
        ? "nothing"
        : type === S_IFREG
        ? "file"
        : "special";
      return { root, name: base, exists, wantsDirectory };
    }
    using _closed = root;
    const target = readlinkat(root.number, kernelPath(base));
    const text = byteString(target, 0, target.length);
    at = (text.startsWith("/") ? text : `${directory}/${text}`) as ByteString;
  }
  throw space.missing(asGiven);
}

function modeOf(directory: Fd, name: ByteString): number | undefined {
  try {
    return lstatat(directory.number, kernelPath(name)).mode;
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return undefined;
    throw error;
  }
}

function split(path: ByteString): {
  readonly directory: ByteString;
  readonly base: ByteString;
  readonly wantsDirectory: boolean;
} {
  const stripped = path.replace(/\/+$/, "");
  const slash = stripped.lastIndexOf("/");
  return {
    directory: (stripped.slice(0, slash + 1) || "/") as ByteString,
    base: stripped.slice(slash + 1) as ByteString,
    wantsDirectory: stripped.length < path.length,
  };
}

/** Whether a last component names no entry of a directory. */
function isItself(base: string): boolean {
  return base === "" || base === "." || base === "..";
}

function orMissing(open: () => Fd, missing: () => Error): Fd {
  try {
    return open();
  } catch (error) {
    if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) throw missing();
    throw error;
  }
}

function encode(text: string): ByteString {
  const bytes = new TextEncoder().encode(text);
  return byteString(bytes, 0, bytes.length);
}

function decode(name: ByteString): string {
  const bytes = Uint8Array.from(name, (character) => character.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
