/**
 * Attributes of netlink messages: length, type and payload, padded to four
 * bytes; a nested one holds others. Pure.
 *
 * @module
 * @see Linux include/uapi/linux/netlink.h, `struct nlattr`
 */
import { NLA } from "../../../ffi/constants/netlink.ts";
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import { IntegrityError } from "../../base/errors.ts";
import { concat, viewOf } from "./bytes.ts";

/** What messages and attributes are padded to. */
const ALIGNMENT = 4;
const HEADER_BYTES = 4;
const TYPE_MASK = ~(NLA.NLA_F_NESTED | NLA.NLA_F_NET_BYTEORDER);

/** The payloads of attributes by type; of a repeated one, the last. */
export type Attributes = ReadonlyMap<number, Uint8Array>;

/** A length rounded up to where the next message or attribute begins. */
export function aligned(length: number): number {
  return (length + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
}

/**
 * An attribute as bytes.
 *
 * @param type Its number, an `…A_…` constant.
 * @throws {RangeError} If the payload is longer than its length can say.
 */
export function attribute(type: number, payload: Uint8Array): Uint8Array {
  const length = HEADER_BYTES + payload.length;
  if (length > 0xffff) {
    throw new RangeError(`Attribute ${type} has ${payload.length} bytes`);
  }
  const bytes = new Uint8Array(aligned(length));
  const view = viewOf(bytes);
  view.setUint16(0, length, LITTLE_ENDIAN);
  view.setUint16(2, type, LITTLE_ENDIAN);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** An attribute that holds others. */
export function nested(
  type: number,
  ...attributes: readonly Uint8Array[]
): Uint8Array {
  return attribute(type | NLA.NLA_F_NESTED, concat(...attributes));
}

/**
 * Takes attributes apart.
 *
 * @returns Type and payload of each, in order; the payloads are views.
 * @throws {IntegrityError} If one is longer than what is there.
 */
export function listAttributes(
  bytes: Uint8Array,
): (readonly [type: number, payload: Uint8Array])[] {
  const found: (readonly [number, Uint8Array])[] = [];
  const view = viewOf(bytes);
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = view.getUint16(at, LITTLE_ENDIAN);
    if (length < HEADER_BYTES || at + length > bytes.length) {
      throw new IntegrityError(
        `Cannot read the kernel's answer: an attribute of ${length} bytes at ${at} of ${bytes.length}`,
      );
    }
    const type = view.getUint16(at + 2, LITTLE_ENDIAN) & TYPE_MASK;
    found.push([type, bytes.subarray(at + HEADER_BYTES, at + length)]);
    at += aligned(length);
  }
  return found;
}

/** As {@linkcode listAttributes}, by type. */
export function readAttributes(bytes: Uint8Array): Attributes {
  return new Map(listAttributes(bytes));
}

/** The attributes within one of those; none if it is absent. */
export function readNested(attributes: Attributes, type: number): Attributes {
  const payload = attributes.get(type);
  return payload === undefined ? new Map() : readAttributes(payload);
}
