/**
 * Removing files that may be gone by then.
 *
 * @module
 */

/**
 * Removes a file; that there is none is fine.
 *
 * @throws {Error} Of the operating system, if it is there and cannot be removed.
 */
export function removeFileIfExists(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
