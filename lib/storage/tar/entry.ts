/**
 * What an archive says about one file.
 *
 * @module
 */
import type {
  DeviceNumber,
  Extent,
  Timespec,
} from "../../../ffi/calls/file.ts";
import type { Memory } from "../../../ffi/memory.ts";
import type { ByteString } from "./byte_string.ts";

/** The kinds of file an archive can hold. */
export type EntryType =
  | "file"
  | "hard-link"
  | "symbolic-link"
  | "character-device"
  | "block-device"
  | "directory"
  | "fifo";

/** One member of an archive, all its headers taken together. */
export interface TarEntry {
  readonly type: EntryType;
  /** The name as it is spelled in the archive, to be distrusted. */
  readonly name: ByteString;
  /** Where a link leads; empty for what is no link. */
  readonly linkName: ByteString;
  /** Permission bits with set-user-id, set-group-id and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly modified: Timespec;
  /** Numbers of a device node. */
  readonly device: DeviceNumber;
  /** Size of the file as it will be, holes included. */
  readonly sizeBytes: number;
  /** The parts of a sparse file that have content; the rest is holes. */
  readonly extents: readonly Extent[] | undefined;
  /** Extended attributes by name. */
  readonly xattrs: ReadonlyMap<ByteString, Uint8Array>;
}

/** The content of a file, piece by piece. */
export interface ContentSource {
  /** Where {@linkcode readContent} finds what it returns. */
  readonly memory: Memory;
  /**
   * The next piece of the present file's content, valid until the next call.
   *
   * @returns Where in {@linkcode memory} it is, `undefined` after the last.
   */
  readContent(): Extent | undefined;
}

/** Files one after the other: an archive that is read, or a tree. */
export interface EntrySource extends ContentSource {
  /** The next file, `undefined` after the last. */
  next(): TarEntry | undefined;
}
