/**
 * Files that are there whole or not at all.
 *
 * @module
 * @see rename(2)
 */
import { isMissing } from "./path_exists.ts";

/** Its owner's alone. */
const MODE = 0o600;

/**
 * Writes a file by renaming, so that a reader sees the old or the new content
 * and a crash leaves one of them.
 *
 * @param path Its directory must exist, and have one writer of this file.
 */
export function writeFileAtomically(path: string, text: string): void {
  replaceFile(path, `${path}.new`, text);
}

/** The name of a shared file while it is written; no name of an image is like it. */
export const HALF_WRITTEN = /~\d+$/;

/**
 * As {@linkcode writeFileAtomically}, where several processes may write the
 * same file at the same time: one of them wins.
 */
export function writeSharedFile(path: string, text: string): void {
  replaceFile(path, `${path}~${Deno.pid}`, text);
}

/**
 * Writes a file that gets its real name afterwards. It is on the disk when this
 * returns, so that not even a loss of power makes the name mean an empty file.
 *
 * @param path One that nobody else writes to.
 */
export function writeSynced(path: string, text: string): void {
  using file = Deno.openSync(path, {
    ...{ write: true, create: true, truncate: true, mode: MODE },
  });
  for (let left = new TextEncoder().encode(text); left.length > 0;) {
    left = left.subarray(file.writeSync(left));
  }
  file.syncSync();
}

function replaceFile(path: string, temporary: string, text: string): void {
  try {
    Deno.writeTextFileSync(temporary, text, { mode: MODE });
    Deno.renameSync(temporary, path);
  } catch (error) {
    // On a full disk, it is there and empty.
    removeIfThere(temporary);
    throw error;
  }
}

/** Why the file cannot be written is what matters, not whether this can. */
function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/**
 * Reads a file that may not exist.
 *
 * @returns Its text, or `undefined` if there is no such file. A directory is a
 * file that somebody has damaged, and counts as an empty one.
 */
export function readTextFileIfExists(path: string): string | undefined {
  if (isMissing(path)) return undefined;
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    // It may be gone by now.
    if (error instanceof Deno.errors.NotFound) return undefined;
    if (error instanceof Deno.errors.IsADirectory) return "";
    throw error;
  }
}
