/**
 * From the headers of an entry to the entry: its type, and numbers and names
 * that make sense.
 *
 * @module
 * @see POSIX.1-2017, pax, "ustar Interchange Format"
 */
import type { ByteString } from "./byte_string.ts";
import type { EntryType, TarEntry } from "./entry.ts";
import { FormatError, type TarHeader } from "./header.ts";
import type { PaxOverrides } from "./pax.ts";

/** A user or group id of 2^32 - 1 means "leave as it is" to the kernel. */
const MAX_ID = 0xffff_fffe;
/** Largest device numbers Linux has. */
const MAX_MAJOR = 0xfff;
const MAX_MINOR = 0xf_ffff;
const PERMISSIONS = 0o7777;
const NO_XATTRS: ReadonlyMap<ByteString, Uint8Array> = new Map();

/** Types that never have content, whatever their size field says. */
const BARE_TYPES: Readonly<Record<string, EntryType>> = {
  "1": "hard-link",
  "2": "symbolic-link",
  "3": "character-device",
  "4": "block-device",
  "5": "directory",
  "6": "fifo",
};

/** Regular files of v7, of POSIX, and those to be stored in one piece. */
const REGULAR_TYPES = "\x0007";
/** The rest of a file from another volume: we have only this one. */
const CONTINUATION_TYPE = "M";
/** A directory with GNU's list of its names as content. */
const DUMPDIR_TYPE = "D";

/** Whether files of a type never have content, whatever their size field says. */
export function isBare(typeflag: string): boolean {
  return BARE_TYPES[typeflag] !== undefined;
}

/**
 * Makes an entry of its headers.
 *
 * @param found What is found in other places than the header, too.
 * @throws {FormatError} If something makes no sense.
 */
export function toEntry(
  header: TarHeader,
  pax: PaxOverrides | undefined,
  found: Pick<TarEntry, "name" | "linkName" | "sizeBytes" | "extents">,
): TarEntry {
  return {
    type: entryType(header.typeflag, found.name),
    name: checkedName("name", found.name),
    linkName: checkedName("link name", found.linkName),
    mode: header.mode & PERMISSIONS,
    uid: checkedNumber("uid", pax?.number("uid") ?? header.uid, MAX_ID),
    gid: checkedNumber("gid", pax?.number("gid") ?? header.gid, MAX_ID),
    modified: pax?.time("mtime") ?? { seconds: header.mtime, nanoseconds: 0 },
    device: {
      major: checkedNumber("devmajor", header.devmajor, MAX_MAJOR),
      minor: checkedNumber("devminor", header.devminor, MAX_MINOR),
    },
    sizeBytes: found.sizeBytes,
    extents: found.extents,
    xattrs: pax?.xattrs() ?? NO_XATTRS,
  };
}

/** Files of unknown types are regular ones, as POSIX asks. */
function entryType(typeflag: string, name: ByteString): EntryType {
  const type = BARE_TYPES[typeflag];
  if (type !== undefined) return type;
  if (typeflag === DUMPDIR_TYPE) return "directory";
  if (typeflag === CONTINUATION_TYPE) {
    throw new FormatError("goes on with a file of another volume");
  }
  // v7 has no type for directories, their names end in a slash.
  const isDirectory = name.endsWith("/") && REGULAR_TYPES.includes(typeflag);
  return isDirectory ? "directory" : "file";
}

function checkedName(field: string, name: ByteString): ByteString {
  if (name.includes("\0")) throw new FormatError(`has a NUL in its ${field}`);
  return name;
}

function checkedNumber(field: string, value: number, max: number): number {
  if (value >= 0 && value <= max) return value;
  throw new FormatError(`has an absurd ${field}, ${value}`);
}
