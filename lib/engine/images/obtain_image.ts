/**
 * Sees to it that the image of a new container is there. On the start path:
 * pulling is loaded for those who need it.
 *
 * @module
 */
import { isReference } from "../../oci/reference.ts";
import type { Engine } from "../engine.ts";
import type { RunOptions } from "../run_options.ts";
import { tryFindImage } from "./open_image.ts";

/** What decides whether an image is pulled, and which. */
export type ImageRequest = Pick<
  RunOptions,
  "image" | "pull" | "quiet" | "platform"
>;

/** What is a path, a kind of archive, or a file by its ending. */
const FILE =
  /^[./~-]|^(?:docker-archive|oci-archive|oci):|\.(?:tar|t[gx]z|tar\.\w+)$/;

/**
 * Has the image of a new container pulled if its policy says so.
 *
 * @throws {NotFoundError} If no registry has it.
 * @throws {RegistryError} If it cannot be had.
 */
export async function obtainImage(
  engine: Engine,
  request: ImageRequest,
): Promise<void> {
  const { image, pull, platform } = request;
  if (pull === "never" || FILE.test(image) || !isReference(image)) return;
  const isEnough = pull === "missing" && platform === undefined;
  if (isEnough && await tryFindImage(engine, image) !== undefined) return;
  await engine.pull?.(request);
}
