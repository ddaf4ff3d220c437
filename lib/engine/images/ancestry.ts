/**
 * Whether containers come from an image: from itself, or from one made of it.
 *
 * @module
 */
import { digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { StoredImage } from "../../storage/image_store.ts";
import type { ContainerConfig } from "../container_config.ts";
import { findStoredImage } from "./resolve_image.ts";

/** What of a container tells where it comes from. */
export type Descendant = Pick<ContainerConfig, "imageId" | "layers">;

/** A test of containers. */
export type AncestryTest = (config: Descendant) => boolean;

/**
 * A test of containers of the store's images.
 *
 * @param reference As `resolveImage` takes it.
 * @returns `undefined` if there is no such image.
 */
export async function ancestryTest(
  paths: HostPaths,
  reference: string,
): Promise<AncestryTest | undefined> {
  const image = await findStoredImage(paths, reference);
  return image && ((config): boolean => descendsFrom(paths, config, image));
}

/**
 * Whether a container's layers are those of an image with others on top. The
 * chain id of the topmost one names all that are below it.
 */
function descendsFrom(
  paths: Pick<HostPaths, "layers">,
  { imageId, layers }: Descendant,
  image: StoredImage,
): boolean {
  if (imageId === undefined) return false;
  if (imageId === image.config.digest) return true;
  const top = image.layers.at(-1);
  if (top === undefined) return false;
  const name = `${paths.layers}/${digestHex(top.chainId)}`;
  // With as many layers it is another image, not one made of this.
  return layers.length > image.layers.length &&
    layers.some((layer) => layer === name || layer.startsWith(`${name}+`));
}
