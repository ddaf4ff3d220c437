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
  findImage,
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

/** An image that is there. */
export interface ObtainedImage {
  readonly found: FoundImage;
  /** Keeps its layers until the container needs them. */
  readonly held: Disposable;
  /**
   * What it has taken, or will take when the container is created: next to
   * nothing, or to read all of it, for which much is loaded and memory needed.
   */
  readonly effort: "little" | "much";
}

/**
 * Has the image of a new container pulled if its policy says so, and unpacked.
 * Either may take long, and signals end it; once there is a container, they
 * are the container's. Before all else, what crashes have left is settled.
 *
 * @throws {HostError} If the caller is not root, or a root unusable.
 * @throws {NotFoundError} If there is no such image.
 * @throws {RegistryError} If it cannot be had.
 * @throws {IntegrityError} If its archive is damaged.
 */
export async function obtainImage(
  engine: Engine,
  request: ImageRequest,
): Promise<ObtainedImage> {
  await settle(engine);
  using undo = new DisposableStack();
  // Until the configuration is written, nothing tells that they are needed.
  const held = undo.use(holdLayers(engine.paths));
  const obtained = await findUnpacked(engine, request) ??
    await pullAndFind(engine, request);
  undo.move();
  return { ...obtained, held };
}

type FoundOrPulled = Omit<ObtainedImage, "held">;

/** What is there, unpacked; `undefined` if it is to be pulled. */
async function findUnpacked(
  engine: Engine,
  request: ImageRequest,
): Promise<FoundOrPulled | undefined> {
  const found = await findLocal(engine, request);
  return found && { found, effort: await unpack(engine, found) };
}

async function findLocal(
  engine: Engine,
  { image, pull, platform }: ImageRequest,
): Promise<FoundImage | undefined> {
  if (pull === "never" || FILE.test(image) || !isReference(image)) {
    return await findImage(engine, image);
  }
  return pull === "missing" && platform === undefined
    ? await tryFindImage(engine, image)
    : undefined;
}

/** What has been pulled is unpacked. */
async function pullAndFind(
  engine: Engine,
  request: ImageRequest,
): Promise<FoundOrPulled> {
  await engine.pull?.(request);
  return { found: await findImage(engine, request.image), effort: "much" };
}

async function unpack(
  engine: Engine,
  found: FoundImage,
): Promise<ObtainedImage["effort"]> {
  if (isUnpacked(engine.paths, found)) {
    return isReadEachTime(found) ? "much" : "little";
  }
  const { endTidily } = await import("../../storage/tidy_end.ts");
  using _tidy = endTidily();
  await openImage(engine, found);
  return "much";
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
