/**
 * Text from outside, made safe for a terminal: an image's file names and a
 * container's command line may hold escape sequences.
 *
 * @module
 */

/** C0, DEL and C1 controls, line separators, and marks that reorder text. */
// deno-lint-ignore no-control-regex
const UNPRINTABLE = /[\0-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]/g;
const SHORT: ReadonlyMap<string, string> = new Map([
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

/**
 * Replaces what a terminal would obey by escapes.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(printable("a\x1b[2J\n"), "a\\x1b[2J\\n");
 * ```
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return SHORT.get(character) ??
      (code < 0x100 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
  });
}

/** As {@linkcode printable}, in double quotes, with those inside escaped. */
export function quoted(text: string): string {
  return `"${printable(text.replace(/["\\]/g, "\\$&"))}"`;
}

/** Cuts a text to so many characters, the last one `…` if any are lost. */
export function ellipsis(text: string, length: number): string {
  const characters = [...text];
  if (characters.length <= length) return text;
  return `${characters.slice(0, length - 1).join("")}…`;
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
