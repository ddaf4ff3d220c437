/**
 * Sees to it that the image of a new container is there. On the start path:
 * pulling and unpacking are loaded for those who need it.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { pathExists } from "../../base/path_exists.ts";
import { isReference } from "../../oci/reference.ts";
import { imageLayerDirectories } from "../../storage/image_layers.ts";
import { findLayer } from "../../storage/source_record.ts";
import { settle } from "../containers/reconcile.ts";
import type { Engine } from "../engine.ts";
import type { RunOptions } from "../run_options.ts";
import { holdLayers } from "./hold_layers.ts";
import {
  type FoundImage,
  isReadEachTime,
  openImage,
  tryFindImage,
} from "./open_image.ts";

/** What decides whether an image is pulled, and which. */
export type ImageRequest = Pick<
  RunOptions,
  "image" | "pull" | "quiet" | "platform"
>;

/** What is a path, a kind of archive, or a file by its ending. */
const FILE =
  /^[./~-]|^(?:docker-archive|oci-archive|oci):|\.(?:tar|t[gx]z|tar\.\w+)$/;

/**
 * What it takes to have an image: next to nothing, or to read all of it, for which
 * much is loaded and memory needed.
 */
export type ImageEffort = "little" | "much";

/**
 * Has the image of a new container pulled if its policy says so, and unpacked.
 * Either may take long, and signals end it; once there is a container, they
 * are the container's. Before all else, what crashes have left is settled.
 *
 * @returns What it has taken, or will take when the container is created.
 * @throws {HostError} If the caller is not root, or a root unusable.
 * @throws {NotFoundError} If no registry has it.
 * @throws {RegistryError} If it cannot be had.
 * @throws {IntegrityError} If its archive is damaged.
 */
export async function obtainImage(
  engine: Engine,
  request: ImageRequest,
): Promise<ImageEffort> {
  await settle(engine);
  const found = await obtain(engine, request);
  // That there is none, whoever makes the container says.
  if (found === undefined) return "much";
  if (isUnpacked(engine.paths, found)) {
    return isReadEachTime(found) ? "much" : "little";
  }
  const { endTidily } = await import("../../storage/tidy_end.ts");
  using _tidy = endTidily();
  using _held = holdLayers(engine.paths);
  await openImage(engine, found);
  return "much";
}

async function obtain(
  engine: Engine,
  request: ImageRequest,
): Promise<FoundImage | undefined> {
  const { image, pull, platform } = request;
  const isLocal = pull === "never" || FILE.test(image) || !isReference(image);
  if (isLocal || pull === "missing" && platform === undefined) {
    const found = await tryFindImage(engine, image);
    if (isLocal || found !== undefined) return found;
  }
  await engine.pull?.(request);
  // What has been pulled is unpacked.
  return undefined;
}

/** Whether nothing is left to be done before it can be mounted. */
function isUnpacked(paths: HostPaths, found: FoundImage): boolean {
  switch (found.kind) {
    case "stored":
      return imageLayerDirectories(paths, found.image).every(pathExists);
    case "archive":
      return findLayer(paths, found.path) !== undefined;
    case "images":
    case "stdin":
      // What is read each time is read once: for the container itself.
      return isReadEachTime(found);
    case "directory":
      return true;
  }
}
