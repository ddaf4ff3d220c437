/**
 * Whose a rule is: written into its comment, where `nft list ruleset` shows it
 * and the next command finds it. Pure.
 *
 * @module
 * @see libnftnl include/libnftnl/udata.h for the form of user data
 */
import { concat, readText, text, u8 } from "../netlink/bytes.ts";

/** Whose rules the table has always; no container and no network has this id. */
export const BASE_OWNER = "always";

/** `NFTNL_UDATA_RULE_COMMENT`. */
const COMMENT = 0;
/** What nft(8) reads, the NUL included. */
const MAX_BYTES = 128;

/** Whose a rule is, and which of theirs. */
export interface RuleOwner {
  /** The id of a container or network. */
  readonly owner: string;
  /** Tells this rule from the owner's others. */
  readonly part: string;
}

/**
 * The user data of a rule.
 *
 * @throws {RangeError} If it does not fit into a comment.
 */
export function encodeOwner({ owner, part }: RuleOwner): Uint8Array {
  const comment = text(`${owner} ${part}`);
  if (comment.length > MAX_BYTES) {
    throw new RangeError(`A rule's comment is too long: "${owner} ${part}"`);
  }
  return concat(u8(COMMENT), u8(comment.length), comment);
}

/**
 * Reads the user data of a rule.
 *
 * @returns `undefined` if the rule has no such comment.
 */
export function decodeOwner(data: Uint8Array): RuleOwner | undefined {
  let at = 0;
  while (at + 2 <= data.length) {
    const [type = 0, length = 0] = data.subarray(at);
    const content = data.subarray(at + 2, at + 2 + length);
    at += 2 + length;
    if (type !== COMMENT) continue;
    const [, owner, part] = /^(\S+) (.+)$/.exec(readText(content)) ?? [];
    if (owner !== undefined && part !== undefined) return { owner, part };
  }
  return undefined;
}
