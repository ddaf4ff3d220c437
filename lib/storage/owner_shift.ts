/**
 * The ids of a file as they are on disk, moved to where a user namespace shows
 * them as what they were. Pure.
 *
 * @module
 * @see acl(5), Linux include/uapi/linux/posix_acl_xattr.h
 * @see capabilities(7), "File capability extended attribute versioning"
 */
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";
import type { IdMapping } from "../oci/runtime_spec.ts";
import { translateId } from "../oci/translate_id.ts";

/** Whose ids a container's are. */
export interface OwnerMappings {
  readonly uid: readonly IdMapping[];
  readonly gid: readonly IdMapping[];
}

/** What the kernel shows for ids without one; such a file stays nobody's. */
const OVERFLOW_ID = 65_534;

/**
 * An id as it is to be on disk.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const mappings = [{ containerID: 0, hostID: 100_000, size: 10 }];
 * assert.equal(shiftId(mappings, 3), 100_003);
 * assert.equal(shiftId(mappings, 10), 65_534);
 * ```
 */
export function shiftId(mappings: readonly IdMapping[], id: number): number {
  return translateId(mappings, id) ?? OVERFLOW_ID;
}

/**
 * The value of an extended attribute with the ids in it moved: of users and
 * groups in access lists, of the root that may use file capabilities.
 *
 * @returns The same value if there are none in it.
 */
export function shiftXattr(
  name: string,
  value: Uint8Array,
  mappings: OwnerMappings,
): Uint8Array {
  switch (name) {
    case "system.posix_acl_access":
    case "system.posix_acl_default":
      return shiftAcl(value, mappings);
    case "security.capability":
      return shiftCapability(value, mappings);
    default:
      return value;
  }
}

/** A version, and entries of tag, permissions and id. */
function shiftAcl(value: Uint8Array, mappings: OwnerMappings): Uint8Array {
  const HEADER_BYTES = 4;
  const ENTRY_BYTES = 8;
  const ACL_USER = 0x02;
  const ACL_GROUP = 0x08;
  const shifted = value.slice();
  const view = new DataView(shifted.buffer);
  for (
    let at = HEADER_BYTES;
    at + ENTRY_BYTES <= value.length;
    at += ENTRY_BYTES
  ) {
    const tag = view.getUint16(at, LITTLE_ENDIAN);
    if (tag !== ACL_USER && tag !== ACL_GROUP) continue;
    const kind = tag === ACL_USER ? mappings.uid : mappings.gid;
    const id = view.getUint32(at + 4, LITTLE_ENDIAN);
    view.setUint32(at + 4, shiftId(kind, id), LITTLE_ENDIAN);
  }
  return shifted;
}

/**
 * Version 3 ends with the root of the user namespace it counts in. Version 2
 * counts wherever the host's root has the say, so in every container.
 */
function shiftCapability(
  value: Uint8Array,
  { uid }: OwnerMappings,
): Uint8Array {
  const VERSION_3_BYTES = 24;
  const ROOT_ID_OFFSET = 20;
  if (value.length !== VERSION_3_BYTES) return value;
  const shifted = value.slice();
  const view = new DataView(shifted.buffer);
  const root = view.getUint32(ROOT_ID_OFFSET, LITTLE_ENDIAN);
  view.setUint32(ROOT_ID_OFFSET, shiftId(uid, root), LITTLE_ENDIAN);
  return shifted;
}
