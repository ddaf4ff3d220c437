/**
 * Lists of texts in JSON, as Dockerfiles have them. Pure.
 *
 * @module
 */

/**
 * Reads a list.
 *
 * @returns `undefined` if the text is something else, which is no error: it is
 * taken as it is then.
 */
export function readList(text: string): readonly string[] | undefined {
  if (!text.startsWith("[")) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    const isList = Array.isArray(value) &&
      value.every((item) => typeof item === "string");
    return isList ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
