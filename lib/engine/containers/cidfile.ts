/**
 * `--cidfile`: the id of a container in a file of the user's.
 *
 * @module
 */
import { ConflictError, UsageError } from "../../base/errors.ts";
import { removePath } from "../../base/remove_tree.ts";
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
  return { [Symbol.dispose]: () => removePath(path) };
}
