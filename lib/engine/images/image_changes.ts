/**
 * What is different between images, or between an image and what it was made
 * of.
 *
 * @module
 */
import { ensureImageLayers } from "../../storage/image_layers.ts";
import { type LayerChange, listChanges } from "../../storage/layer_changes.ts";
import { compareTrees } from "../../storage/tree_changes.ts";
import type { Engine } from "../engine.ts";
import { holdLayers } from "./hold_layers.ts";
import { resolveImage } from "./resolve_image.ts";

/**
 * Lists what an image has other than another one, or what its topmost layer
 * has changed. Layers are unpacked if they were not before.
 *
 * @param name As `resolveImage` takes it, as is `other`.
 * @throws {NotFoundError} If there is no such image.
 */
export async function listImageChanges(
  { paths }: Pick<Engine, "paths">,
  name: string,
  other?: string,
): Promise<LayerChange[]> {
  using _held = holdLayers(paths);
  const layersOf = async (image: string): Promise<string[]> =>
    await ensureImageLayers(paths, await resolveImage(paths, image));
  const layers = await layersOf(name);
  if (other !== undefined) return compareTrees(await layersOf(other), layers);
  const [upper, ...lower] = layers;
  return upper === undefined ? [] : listChanges({ upper, lower });
}
