/**
 * Removing files that may be gone by then.
 *
 * @module
 */
import { isMissing } from "./path_exists.ts";

/**
 * Removes a file; that there is none is fine.
 *
 * @throws {Error} Of the operating system, if it is there and cannot be removed.
 */
export function removeFileIfExists(path: string): void {
  if (isMissing(path)) return;
  try {
    Deno.removeSync(path);
  } catch (error) {
    // It may be gone by now.
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
