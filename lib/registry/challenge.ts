/**
 * What a registry wants to know before it answers: the header
 * `WWW-Authenticate`.
 *
 * @module
 * @see RFC 9110, section 11.6.1
 * @see distribution/docs/content/spec/auth/token.md
 */

/** A way to prove who one is. */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** By name in lower case: `realm`, `service`, `scope`. */
  readonly parameters: ReadonlyMap<string, string>;
}

const TOKEN_CHARACTER = "[!#$%&'*+.^_`|~0-9A-Za-z-]";
const TOKEN = `${TOKEN_CHARACTER}+`;
/** A name, and not the beginning of one that has a value. */
const SCHEME = `(${TOKEN})(?!${TOKEN_CHARACTER}|[ \\t]*=)`;
/** A parameter, or what begins the next challenge. */
const PART = new RegExp(
  `[\\s,]*(?:(${TOKEN})[ \\t]*=[ \\t]*(?:"((?:[^"\\\\]|\\\\.)*)"|(${TOKEN}))|${SCHEME})`,
  "gy",
);

/**
 * Reads the header. What follows anything that is not understood is left out.
 *
 * @param header Challenges, separated by commas as their parameters are.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const [found] = parseChallenges('Bearer realm="https://a.example/token",service=b');
 * assert.equal(found?.scheme, "bearer");
 * assert.equal(found?.parameters.get("realm"), "https://a.example/token");
 * ```
 */
export function parseChallenges(header: string): Challenge[] {
  const found: { scheme: string; parameters: Map<string, string> }[] = [];
  for (const [, name, quoted, bare, scheme] of header.matchAll(PART)) {
    if (scheme !== undefined) {
      found.push({ scheme: scheme.toLowerCase(), parameters: new Map() });
    } else if (name !== undefined) {
      const value = quoted?.replaceAll(/\\(.)/gs, "$1") ?? bare ?? "";
      found.at(-1)?.parameters.set(name.toLowerCase(), value);
    }
  }
  return found;
}
