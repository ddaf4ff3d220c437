/**
 * Literals of templates as Go writes them.
 *
 * @module
 * @see The Go Programming Language Specification, "String literals"
 */

const ESCAPE =
  /\\(?:([abfnrtv\\'"])|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{3}))/g;
const SINGLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/**
 * What is between the quotes of a literal, with its escapes resolved.
 *
 * @returns `undefined` if it has an escape that Go does not know.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(unquote(String.raw`"a\tb\u00e9"`), "a\tbé");
 * assert.equal(unquote(String.raw`"\z"`), undefined);
 * ```
 */
export function unquote(literal: string): string | undefined {
  const inner = literal.slice(1, -1);
  if (inner.replace(ESCAPE, "").includes("\\")) return undefined;
  return inner.replace(
    ESCAPE,
    (_, single?: string, x?: string, u?: string, U?: string, octal?: string) =>
      single !== undefined
        ? SINGLE[single] ?? single
        : String.fromCodePoint(codePoint(x ?? u ?? U, octal)),
  );
}

/** Beyond Unicode is U+FFFD, as when Go decodes it. */
function codePoint(
  hex: string | undefined,
  octal: string | undefined,
): number {
  const value = hex === undefined
    ? parseInt(octal ?? "", 8)
    : parseInt(hex, 16);
  return value > 0x10ffff ? 0xfffd : value;
}
