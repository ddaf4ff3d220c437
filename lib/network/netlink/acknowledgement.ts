/**
 * How the kernel answers a request that asks for no more than an answer: an
 * error number, 0 if all went well, and in words what it did not like. Pure.
 *
 * @module
 * @see Linux Documentation/userspace-api/netlink/intro.rst, "Extended ACK"
 */
import { NLM_F, NLMSGERR_ATTR } from "../../../ffi/constants/netlink.ts";
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import { aligned, type Attributes, readAttributes } from "./attribute.ts";
import { readText, readU32, viewOf } from "./bytes.ts";
import { MESSAGE_HEADER_BYTES, type NetlinkMessage } from "./message.ts";

/** The answer to one request. */
export interface Acknowledgement {
  /** Positive error number; 0 is a success. */
  readonly errno: number;
  /** The kernel's own words about it, if it has any; also with a success. */
  readonly explanation: string | undefined;
  /** Where in the request the attribute at fault begins. */
  readonly offset: number | undefined;
  /** The type of the attribute that is missing. */
  readonly missing: number | undefined;
}

/** Reads the body of a message of type `NLMSG_ERROR`. */
export function readAcknowledgement(
  { flags, body }: Pick<NetlinkMessage, "flags" | "body">,
): Acknowledgement {
  const errno = -viewOf(body).getInt32(0, LITTLE_ENDIAN);
  const attributes = (flags & NLM_F.NLM_F_ACK_TLVS) === 0
    ? new Map()
    : readAttributes(body.subarray(endOfEcho(flags, body)));
  return describe(errno === 0 ? 0 : errno, attributes);
}

/**
 * As {@linkcode readAcknowledgement}, of `NLMSG_DONE`, which ends a list and
 * may tell of an error too.
 */
export function readEndOfList(
  { flags, body }: Pick<NetlinkMessage, "flags" | "body">,
): Acknowledgement {
  if (body.length < 4) return describe(0, new Map());
  const result = viewOf(body).getInt32(0, LITTLE_ENDIAN);
  const attributes = (flags & NLM_F.NLM_F_ACK_TLVS) === 0
    ? new Map()
    : readAttributes(body.subarray(4));
  return describe(result < 0 ? -result : 0, attributes);
}

/** After the number comes the request: whole, or its header alone. */
function endOfEcho(flags: number, body: Uint8Array): number {
  const echoed = (flags & NLM_F.NLM_F_CAPPED) === 0
    ? viewOf(body).getUint32(4, LITTLE_ENDIAN)
    : MESSAGE_HEADER_BYTES;
  return 4 + aligned(echoed);
}

function describe(errno: number, attributes: Attributes): Acknowledgement {
  const words = attributes.get(NLMSGERR_ATTR.NLMSGERR_ATTR_MSG);
  const offset = attributes.get(NLMSGERR_ATTR.NLMSGERR_ATTR_OFFS);
  const missing = attributes.get(NLMSGERR_ATTR.NLMSGERR_ATTR_MISS_TYPE);
  return {
    errno,
    explanation: words === undefined ? undefined : readText(words),
    offset: offset === undefined ? undefined : readU32(offset),
    missing: missing === undefined ? undefined : readU32(missing),
  };
}
