/**
 * `--cidfile`: the id of a container in a file of the user's.
 *
 * @module
 */
import { unlinkat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { ConflictError, UsageError } from "../../base/errors.ts";
import type { ContainerId } from "../../base/identifiers.ts";

/**
 * Creates the file.
 *
 * @returns What removes it again, should the container not start.
 * @throws {ConflictError} If it exists, in docker's words.
 */
export function claimCidfile(path: string, id: ContainerId): Disposable {
  try {
    Deno.writeTextFileSync(path, id, { createNew: true });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      throw new ConflictError(
        `Container ID file found, make sure the other container isn't running or delete ${path}`,
      );
    }
    if (!(error instanceof Error)) throw error;
    throw new UsageError(`Cannot create the container ID file "${path}"`, {
      cause: error,
      advice: "a path in a directory that exists and can be written",
    });
  }
  return { [Symbol.dispose]: () => removeFile(path) };
}

/** Not a tree: whoever else may write to the directory may have put one there. */
function removeFile(path: string): void {
  try {
    unlinkat(AT_FDCWD, path);
  } catch (error) {
    if (!isSyscallError(error, "ENOENT", "EISDIR")) throw error;
  }
}
