/**
 * How images are called in tables. Pure.
 *
 * @module
 */
import { type Digest, digestHex } from "../../base/digest.ts";
import type { NamedImage } from "../../engine/images/named_images.ts";
import { SHORT_ID_DIGITS } from "../../engine/images/resolve_image.ts";
import {
  familiarRepository,
  type ImageReference,
  parseReference,
} from "../../oci/reference.ts";

/** What stands where there is nothing. */
export const NONE = "<none>";

/** A name in the columns of a table. */
export interface NameCells {
  readonly repository: string;
  readonly tag: string;
  readonly digest: Digest;
}

/**
 * A row for each tag of an image; one for a repository that it has no tag of,
 * or if it has no name at all.
 */
export function namesAsCells({ image, names }: NamedImage): NameCells[] {
  const references = names.map((name) => parseReference(name));
  const groups = Map.groupBy(references, familiarRepository);
  if (groups.size === 0) {
    return [{ repository: NONE, tag: NONE, digest: image.manifest.digest }];
  }
  return [...groups].flatMap(([repository, group]) => {
    const digest = digestIn(group) ?? image.manifest.digest;
    const tags = group.flatMap(({ tag }) => tag ?? []);
    return (tags.length === 0 ? [NONE] : tags)
      .map((tag) => ({ repository, tag, digest }));
  });
}

/** What a registry calls it, if that is known. */
function digestIn(group: readonly ImageReference[]): Digest | undefined {
  return group.find(({ digest }) => digest !== undefined)?.digest;
}

/** As many digits of a digest as there is room for. */
export function shortDigest(digest: Digest): string {
  return digestHex(digest).slice(0, SHORT_ID_DIGITS);
}
