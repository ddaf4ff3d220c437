/**
 * Sees to it that the image of a new container is there: on the start path of
 * `run`, so that pulling is loaded for those who need it.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import type { Engine } from "../../engine/engine.ts";
import { findImage } from "../../engine/images/open_image.ts";
import type { RunOptions } from "../../engine/run_options.ts";
import { isReference } from "../../oci/reference.ts";
import type { CommandContext } from "../context.ts";

/** What decides whether an image is pulled. */
export interface ImageRequest extends Pick<RunOptions, "image" | "pull"> {
  readonly quiet: boolean;
  readonly platform?: string;
}

/** What is a path, a kind of archive, or a file by its ending. */
const FILE =
  /^[./~-]|^(?:docker-archive|oci-archive|oci):|\.(?:tar|t[gx]z|tar\.\w+)$/;

/**
 * Pulls the image of a new container if its policy says so.
 *
 * @throws {NotFoundError} If no registry has it.
 * @throws {RegistryError} If it cannot be had.
 */
export async function obtainImage(
  context: CommandContext,
  engine: Engine,
  request: ImageRequest,
): Promise<void> {
  const { image, pull, platform } = request;
  if (pull === "never" || FILE.test(image) || !isReference(image)) return;
  const isEnough = pull === "missing" && platform === undefined;
  if (isEnough && await isThere(engine, image)) return;
  const { pullForRun } = await import("../pull_for_run.ts");
  await pullForRun(context, engine, request);
}

async function isThere(engine: Engine, image: string): Promise<boolean> {
  try {
    await findImage(engine, image);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
