/**
 * Fields separated by commas, as `--mount` has them: quoted, a field may hold
 * commas, and doubled quotes stand for one.
 *
 * @module
 * @see RFC 4180
 */

/**
 * Splits a text into its fields.
 *
 * @returns `undefined` if a quote is not closed, or in the middle of a field.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(commaFields('a=1,"b=2,3","c=""d"""'), [
 *   "a=1",
 *   "b=2,3",
 *   'c="d"',
 * ]);
 * assert.equal(commaFields('a="b"'), undefined);
 * ```
 */
export function commaFields(text: string): string[] | undefined {
  const FIELD = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;
  const fields: string[] = [];
  for (;;) {
    const match = FIELD.exec(text);
    if (match === null) return undefined;
    const [, quoted, plain = "", end] = match;
    fields.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end === "") return fields;
  }
}
