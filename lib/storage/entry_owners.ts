/**
 * Files on their way into and out of a container with a user namespace: their
 * owners, in attributes as well, are the host's outside and its own inside.
 * Pure.
 *
 * @module
 * @see owner_shift.ts
 */
import type { IdMapping } from "../oci/runtime_spec.ts";
import { translateId } from "../oci/translate_id.ts";
import { type OwnerMappings, shiftId, shiftXattr } from "./owner_shift.ts";
import type { TarEntry } from "./tar/entry.ts";

/** What the kernel shows for ids without one. */
const OVERFLOW_ID = 65_534;

/**
 * A file of the container as it sees it itself; what belongs to an id that it
 * has not belongs to nobody.
 *
 * @param mappings Its ids; absent leaves the file as it is.
 */
export function ownedInside(
  entry: TarEntry,
  mappings: OwnerMappings | undefined,
): TarEntry {
  if (mappings === undefined) return entry;
  const inverse = {
    uid: mappings.uid.map(inverted),
    gid: mappings.gid.map(inverted),
  };
  return {
    ...entry,
    uid: shiftId(inverse.uid, entry.uid),
    gid: shiftId(inverse.gid, entry.gid),
    xattrs: shiftXattrs(entry, inverse),
  };
}

/**
 * A file as it is to be stored for a container, which then sees it as it was.
 * What belongs to an id that it has not becomes nobody's there, or else its
 * root's.
 *
 * @param mappings Its ids; absent leaves the file as it is.
 */
export function ownedOutside(
  entry: TarEntry,
  mappings: OwnerMappings | undefined,
): TarEntry {
  if (mappings === undefined) return entry;
  return {
    ...entry,
    uid: storedId(mappings.uid, entry.uid),
    gid: storedId(mappings.gid, entry.gid),
    xattrs: shiftXattrs(entry, mappings),
  };
}

function inverted({ containerID, hostID, size }: IdMapping): IdMapping {
  return { containerID: hostID, hostID: containerID, size };
}

function storedId(mappings: readonly IdMapping[], id: number): number {
  for (const candidate of [id, OVERFLOW_ID, 0]) {
    const found = translateId(mappings, candidate);
    if (found !== undefined) return found;
  }
  return id;
}

function shiftXattrs(
  { xattrs }: TarEntry,
  mappings: OwnerMappings,
): TarEntry["xattrs"] {
  if (xattrs.size === 0) return xattrs;
  return new Map(
    [...xattrs].map(([name, value]) => [
      name,
      shiftXattr(name, value, mappings),
    ]),
  );
}
