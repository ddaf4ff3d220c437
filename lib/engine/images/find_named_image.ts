/**
 * Finds an image with all its names.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { listReferences } from "../../storage/image_store.ts";
import type { NamedImage } from "./named_images.ts";
import { resolveImage } from "./resolve_image.ts";

/**
 * Finds an image.
 *
 * @param reference As `resolveImage` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {ConflictError} If several are meant.
 */
export async function findNamedImage(
  paths: HostPaths,
  reference: string,
): Promise<NamedImage> {
  const image = await resolveImage(paths, reference);
  const names = listReferences(paths)
    .filter(({ manifest }) => manifest === image.manifest.digest)
    .map(({ name }) => name);
  return { image, names };
}
