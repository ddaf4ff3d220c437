/**
 * Makes one file of an archive in a directory, with its attributes. The name
 * is free or the call fails with `EEXIST`: nothing that exists is opened.
 *
 * The order matters: a change of owner clears the set-user-id bit and
 * `security.capability`, and every change after the time would show in it.
 *
 * @module
 */
import {
  type DirectoryFd,
  type Extent,
  fchmod,
  fchmodat,
  fchown,
  ftruncate,
  futimens,
  lchownat,
  lseek,
  lutimensat,
  mknodat,
  openat,
  symlinkat,
  write,
} from "../../../ffi/calls/file.ts";
import {
  O_CREAT,
  O_EXCL,
  O_NOFOLLOW,
  O_WRONLY,
} from "../../../ffi/constants/fcntl.ts";
import { S_IFBLK, S_IFCHR, S_IFIFO } from "../../../ffi/constants/stat.ts";
import { type ByteString, kernelPath } from "./byte_string.ts";
import type { ContentSource, TarEntry } from "./entry.ts";
import { setClosedXattrs, setOpenXattrs } from "./xattrs.ts";
import { isHole } from "./zeros.ts";

/** Where a file is to be made. */
export interface NewNode {
  readonly directory: DirectoryFd;
  /** One component. */
  readonly base: ByteString;
  readonly entry: TarEntry;
  /** Whether a new file has the right owner from the start. */
  readonly isOwn: boolean;
}

/** Permission bits that calls which make a file keep. */
export const ACCESS_BITS = 0o777;
const SPECIAL_BITS = 0o7000;

const FILE_TYPES = {
  "character-device": S_IFCHR,
  "block-device": S_IFBLK,
  "fifo": S_IFIFO,
} as const;

/** Makes a regular file with the content the reader is at. */
export function makeFile(node: NewNode, reader: ContentSource): void {
  const { entry } = node;
  using fd = openat(
    node.directory,
    kernelPath(node.base),
    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
    entry.mode & ACCESS_BITS,
  );
  if (entry.extents === undefined) writeContent(fd.number, reader);
  else writeExtents(fd.number, reader, entry.extents);
  if (entry.extents !== undefined) ftruncate(fd.number, entry.sizeBytes);
  if (!node.isOwn) fchown(fd.number, entry.uid, entry.gid);
  if ((entry.mode & SPECIAL_BITS) !== 0) fchmod(fd.number, entry.mode);
  if (entry.xattrs.size > 0) setOpenXattrs(fd.number, entry.xattrs);
  futimens(fd.number, entry.modified);
}

/** Makes a symbolic link. */
export function makeSymbolicLink(node: NewNode): void {
  const { directory, base, entry } = node;
  symlinkat(kernelPath(entry.linkName), directory, kernelPath(base));
  setAttributes(node);
}

/** Makes a device node or a fifo; neither is ever opened. */
export function makeSpecialFile(
  node: NewNode,
  type: keyof typeof FILE_TYPES,
): void {
  const { directory, base, entry } = node;
  const mode = FILE_TYPES[type] | (entry.mode & ACCESS_BITS);
  mknodat(directory, kernelPath(base), mode, entry.device);
  setAttributes(node);
  if ((entry.mode & SPECIAL_BITS) !== 0) {
    fchmodat(directory, kernelPath(base), entry.mode);
  }
}

/**
 * Gives a directory its owner, mode, attributes and time, once nothing in it
 * changes any more.
 *
 * @param fd The directory, not `O_PATH`.
 */
export function finishDirectory(fd: DirectoryFd, entry: TarEntry): void {
  fchown(fd, entry.uid, entry.gid);
  fchmod(fd, entry.mode);
  setOpenXattrs(fd, entry.xattrs);
  futimens(fd, entry.modified);
}

function setAttributes({ directory, base, entry, isOwn }: NewNode): void {
  const path = kernelPath(base);
  if (!isOwn) lchownat(directory, path, entry.uid, entry.gid);
  if (entry.xattrs.size > 0) setClosedXattrs(directory, base, entry.xattrs);
  lutimensat(directory, path, entry.modified);
}

/** A file that ends in zeros has a hole there, too. */
function writeContent(fd: number, reader: ContentSource): void {
  let length = 0;
  let end: "data" | "hole" = "data";
  for (
    let piece = reader.readContent();
    piece !== undefined;
    piece = reader.readContent()
  ) {
    length += piece.length;
    end = isHole(reader.memory, piece) ? "hole" : "data";
    if (end === "hole") lseek(fd, length);
    else writeAll(fd, reader, piece);
  }
  if (end === "hole") ftruncate(fd, length);
}

/** Writes each extent at its place; what is between them stays a hole. */
function writeExtents(
  fd: number,
  reader: ContentSource,
  extents: readonly Extent[],
): void {
  let piece: Extent = { offset: 0, length: 0 };
  for (const extent of extents) {
    lseek(fd, extent.offset);
    for (let left = extent.length; left > 0;) {
      if (piece.length === 0) piece = requireContent(reader);
      const { offset } = piece;
      const length = Math.min(left, piece.length);
      writeAll(fd, reader, { offset, length });
      piece = { offset: offset + length, length: piece.length - length };
      left -= length;
    }
  }
}

function requireContent(reader: ContentSource): Extent {
  const piece = reader.readContent();
  // The reader checked that the extents add up to the content.
  if (piece === undefined) throw new TypeError("Extents exceed the content");
  return piece;
}

function writeAll(fd: number, reader: ContentSource, piece: Extent): void {
  for (let { offset, length } = piece; length > 0;) {
    const count = write(fd, reader.memory, { offset, length });
    offset += count;
    length -= count;
  }
}
