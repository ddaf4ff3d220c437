/**
 * Which images `save` means, and under which names.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  type ImageReference,
  isReference,
  parseReference,
} from "../../oci/reference.ts";
import {
  listReferences,
  readImage,
  type StoredImage,
} from "../../storage/image_store.ts";
import { resolveImage } from "./resolve_image.ts";
import type { NamedImage } from "./save.ts";

/**
 * Finds images by what the user calls them. A name without a tag means all
 * tags of it that there are, as docker takes it; an id means no name.
 *
 * @returns Each image once, in the order in which they are named first.
 * @throws {NotFoundError} If there is no image of a name.
 */
export async function selectImages(
  paths: HostPaths,
  texts: readonly string[],
): Promise<NamedImage[]> {
  const found = new Map<Digest, NamedImage>();
  const add = (image: StoredImage, references: ImageReference[]): void => {
    const known = found.get(image.manifest.digest)?.references ?? [];
    const others = references.filter((one) =>
      !known.some(({ repository, registry, tag }) =>
        repository === one.repository && registry === one.registry &&
        tag === one.tag
      )
    );
    const all = [...known, ...others];
    found.set(image.manifest.digest, { image, references: all });
  };
  for (const text of texts) {
    const tagged = isNameOnly(text) ? tagsOf(paths, text) : [];
    for (const [image, reference] of tagged) add(image, [reference]);
    if (tagged.length > 0) continue;
    const image = await resolveImage(paths, text);
    add(image, namesOf(paths, image, text));
  }
  return [...found.values()];
}

function isNameOnly(text: string): boolean {
  return isReference(text) && !text.includes("@") &&
    !text.slice(text.lastIndexOf("/") + 1).includes(":");
}

function tagsOf(
  paths: HostPaths,
  text: string,
): [StoredImage, ImageReference][] {
  const { registry, repository } = parseReference(text);
  return listReferences(paths).flatMap(({ name, manifest }) => {
    const reference = parseReference(name);
    const image = readImage(paths, manifest);
    const isOne = reference.registry === registry && image !== undefined &&
      reference.repository === repository && reference.digest === undefined;
    return isOne ? [[image, reference]] : [];
  });
}

/** The name it was found by, unless that is an id or a digest. */
function namesOf(
  paths: HostPaths,
  { manifest }: StoredImage,
  text: string,
): ImageReference[] {
  if (!isReference(text)) return [];
  const wanted = parseReference(text);
  return listReferences(paths).filter((one) => one.manifest === manifest.digest)
    .map(({ name }) => parseReference(name))
    .filter(({ registry, repository, tag }) =>
      tag !== undefined && tag === wanted.tag &&
      registry === wanted.registry && repository === wanted.repository
    );
}
