/**
 * `create`: a container that has not been started.
 *
 * @module
 */
import { removePath } from "../../base/remove_tree.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { Engine } from "../engine.ts";
import { obtainImage } from "../images/obtain_image.ts";
import type { RunOptions } from "../run_options.ts";
import { createFromImage } from "./create_from_image.ts";
import { assertRoot } from "./reconcile.ts";
import { keepUnstarted, stateDirectory } from "./records.ts";

/**
 * Creates a container that can be started later.
 *
 * @returns Its id.
 */
export async function createOnly(
  engine: Engine,
  options: RunOptions,
): Promise<ContainerId> {
  assertRoot();
  const image = await obtainImage(engine, options);
  using undo = new DisposableStack();
  const request = { asked: options, image };
  using container = await createFromImage(engine, request, undo);
  const { id } = container.config;
  keepUnstarted(engine.paths, id);
  removePath(stateDirectory(engine.paths, id));
  undo.move();
  return id;
}
