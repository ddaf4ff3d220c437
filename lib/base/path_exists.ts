/**
 * Whether there is something at a path of the host.
 *
 * @module
 */

/**
 * Whether a path names something, a link that leads nowhere included.
 *
 * @throws {Error} Of the operating system, if it cannot be told.
 */
export function pathExists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/**
 * Whether a path leads to something: a link that leads nowhere does not.
 *
 * @throws {Error} Of the operating system, if it cannot be told.
 */
export function targetExists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** ENOTDIR: a component is a file. */
function isAbsence(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof Deno.errors.NotADirectory;
}

/** Whether a path leads to a directory, as far as can be told. */
export function isDirectoryAt(path: string): boolean {
  try {
    return Deno.statSync(path).isDirectory;
  } catch (error) {
    // Whoever opens it tells what is wrong with it.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
