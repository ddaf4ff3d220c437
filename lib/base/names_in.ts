/**
 * Names of files that are text, in directories that may not be there.
 *
 * @module
 */

/** The names in a directory, in no order; none if there is no directory. */
export function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map(({ name }) => name);
  } catch (error) {
    // Nothing has needed it yet.
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
