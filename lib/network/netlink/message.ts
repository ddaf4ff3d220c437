/**
 * Netlink messages to bytes and back: a header, and a body that each family
 * defines. Pure.
 *
 * @module
 * @see netlink(7); Linux include/uapi/linux/netlink.h, `struct nlmsghdr`
 */
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import { IntegrityError } from "../../base/errors.ts";
import { aligned } from "./attribute.ts";
import { viewOf } from "./bytes.ts";

/** `sizeof(struct nlmsghdr)`. */
export const MESSAGE_HEADER_BYTES = 16;

/** What is asked of the kernel, ready to be sent. */
export interface NetlinkRequest {
  /** What it does, to follow "Cannot": `create the bridge "tsd0"`. */
  readonly what: string;
  /** The message's type, such as `RTM_NEWLINK`. */
  readonly type: number;
  /** `NLM_F_…`, without those every request has. */
  readonly flags: number;
  /** What follows the header. */
  readonly body: Uint8Array;
}

/** A message that has arrived. */
export interface NetlinkMessage {
  readonly type: number;
  readonly flags: number;
  /** The number of the request it answers. */
  readonly sequence: number;
  /** A view of the bytes after the header. */
  readonly body: Uint8Array;
}

/** A message as bytes, padded. */
export function encodeMessage(
  { type, flags, sequence, body }: NetlinkMessage,
): Uint8Array {
  const length = MESSAGE_HEADER_BYTES + body.length;
  const bytes = new Uint8Array(aligned(length));
  const view = viewOf(bytes);
  view.setUint32(0, length, LITTLE_ENDIAN);
  view.setUint16(4, type, LITTLE_ENDIAN);
  view.setUint16(6, flags, LITTLE_ENDIAN);
  view.setUint32(8, sequence, LITTLE_ENDIAN);
  bytes.set(body, MESSAGE_HEADER_BYTES);
  return bytes;
}

/**
 * Takes what has arrived apart.
 *
 * @throws {IntegrityError} If a message is longer than what is there.
 */
export function decodeMessages(bytes: Uint8Array): NetlinkMessage[] {
  const messages: NetlinkMessage[] = [];
  const view = viewOf(bytes);
  let at = 0;
  while (at + MESSAGE_HEADER_BYTES <= bytes.length) {
    const length = view.getUint32(at, LITTLE_ENDIAN);
    if (length < MESSAGE_HEADER_BYTES || at + length > bytes.length) {
      throw new IntegrityError(
        `Cannot read the kernel's answer: a message of ${length} bytes at ${at} of ${bytes.length}`,
      );
    }
    messages.push({
      type: view.getUint16(at + 4, LITTLE_ENDIAN),
      flags: view.getUint16(at + 6, LITTLE_ENDIAN),
      sequence: view.getUint32(at + 8, LITTLE_ENDIAN),
      body: bytes.subarray(at + MESSAGE_HEADER_BYTES, at + length),
    });
    at += aligned(length);
  }
  return messages;
}
