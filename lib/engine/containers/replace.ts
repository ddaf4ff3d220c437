/**
 * `--replace`: makes room for a container of the same name.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { Engine } from "../engine.ts";
import { findByName } from "./names.ts";
import { removeContainer } from "./remove.ts";

/**
 * Removes the container that has a name, running or not; there may be none.
 *
 * @param name Exactly; the beginning of an id is nobody's name.
 * @throws {InvalidStateError} If somebody else is working on it.
 */
export async function removeNamesake(
  engine: Engine,
  name: string,
): Promise<void> {
  const id = findByName(engine.paths, name);
  if (id === undefined) return;
  try {
    await removeContainer(engine, id, { running: "kill" });
  } catch (error) {
    // Removed by somebody else meanwhile, or by its own --rm.
    if (!(error instanceof NotFoundError)) throw error;
  }
}
