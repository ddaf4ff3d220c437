/**
 * Strings as C has them: UTF-8 with a NUL at the end.
 *
 * @module
 */

const ENCODER = new TextEncoder();

/**
 * Writes a string and its NUL.
 *
 * @param target Where to, from its start; what does not fit is left out.
 * @returns How many bytes it took, or `undefined` if there was no room for all.
 * @throws {TypeError} If the string holds a NUL, which would cut it short.
 */
export function writeCString(
  text: string,
  target: Uint8Array,
): number | undefined {
  if (text.includes("\0")) {
    throw new TypeError(
      `A string for the kernel holds a NUL: ${JSON.stringify(text)}`,
    );
  }
  const { read, written } = ENCODER.encodeInto(text, target);
  if (read < text.length || written >= target.length) return undefined;
  target[written] = 0;
  return written + 1;
}
