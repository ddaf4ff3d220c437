/**
 * `--replace`: makes room for a container of the same name.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { Engine } from "../engine.ts";
import { anonymousNames } from "../volumes/remove_unused.ts";
import { findByName } from "./names.ts";
import { readConfig } from "./records.ts";
import { removeContainer } from "./remove.ts";

/**
 * Removes the container that has a name, running or not; there may be none. Its
 * volumes stay, as the new one may have them from it.
 *
 * @param name Exactly; the beginning of an id is nobody's name.
 * @returns Names of volumes to remove if the new one does not have them.
 * @throws {InvalidStateError} If somebody else is working on it.
 */
export async function removeNamesake(
  engine: Engine,
  name: string,
): Promise<string[]> {
  const id = findByName(engine.paths, name);
  if (id === undefined) return [];
  const config = readConfig(engine.paths, id);
  try {
    await removeContainer(engine, id, {
      running: "kill",
      volumes: "keep",
    });
  } catch (error) {
    // Removed by somebody else meanwhile, or by its own --rm.
    if (!(error instanceof NotFoundError)) throw error;
  }
  return config === undefined ? [] : anonymousNames(config);
}
