/**
 * From what the user calls an image to the directories of its layers.
 *
 * @module
 */
import { NotFoundError } from "../../base/errors.ts";
import {
  type ImageSource,
  resolveImageSource,
} from "../../storage/image_source.ts";
import { ensureLayer } from "../../storage/layer_store.ts";
import type { Engine } from "../engine.ts";
import { resolvePath } from "../volume.ts";

/**
 * Finds an image, and unpacks it unless that has been done.
 *
 * @param name A path to a tar file or a directory, or a name to be found in
 * the image path.
 * @returns Its layers, absolute paths on the host, the topmost first.
 * @throws {NotFoundError} If there is no such image.
 * @throws {IntegrityError} If its archive is damaged.
 */
export async function openImage(
  engine: Engine,
  name: string,
): Promise<readonly string[]> {
  const source = findImage(engine, name);
  if (source.kind === "directory") return [source.path];
  const { directory } = await ensureLayer(engine.paths, source.path);
  return [directory];
}

/**
 * Finds an image without touching it.
 *
 * @throws {NotFoundError} If there is no such image.
 */
export function findImage(engine: Engine, name: string): ImageSource {
  const source = resolveImageSource(name, engine.imagePath);
  const path = resolvePath(engine.cwd, source.path);
  // Where the file is a link, its target is what has been unpacked before.
  return { ...source, path: realPath(path, name) };
}

function realPath(path: string, name: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new NotFoundError(`Unable to find image "${name}"`, { cause: error });
  }
}
