/**
 * Images of the store with their names, as lists of them want it.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  familiarName,
  familiarRepository,
  type ImageReference,
  parseReference,
} from "../../oci/reference.ts";
import {
  listImages,
  listReferences,
  type StoredImage,
} from "../../storage/image_store.ts";

/** An image and what it is called. */
export interface NamedImage {
  readonly image: StoredImage;
  /** In full and in order; none if it is dangling. */
  readonly names: readonly string[];
}

/** All images, the latest first. */
export function listNamedImages(paths: HostPaths): NamedImage[] {
  const names = new Map<Digest, string[]>();
  for (const { name, manifest } of listReferences(paths)) {
    names.set(manifest, [...names.get(manifest) ?? [], name]);
  }
  return listImages(paths).map((image) => ({
    image,
    names: names.get(image.manifest.digest) ?? [],
  }));
}

/** What an image is called, for people and for programs. */
export interface ImageTags {
  /** `busybox:latest` */
  readonly tags: readonly string[];
  /** `busybox@sha256:…` */
  readonly digests: readonly string[];
}

/**
 * What docker calls an image's `RepoTags` and `RepoDigests`: a repository that
 * is not said to have another digest has that of the manifest.
 */
export function repositoryNames(
  { image, names }: NamedImage,
): ImageTags {
  const references = names.map((name) => parseReference(name));
  const digests = references.map((reference) => {
    const digest = digestIn(references, reference) ?? image.manifest.digest;
    return `${familiarRepository(reference)}@${digest}`;
  });
  return {
    tags: references.filter(({ tag }) => tag !== undefined).map(familiarName),
    digests: [...new Set(digests)],
  };
}

/** The digest that one of the names of a repository gives. */
function digestIn(
  names: readonly ImageReference[],
  { registry, repository, digest }: ImageReference,
): Digest | undefined {
  return digest ??
    names.find((name) =>
      name.registry === registry && name.repository === repository &&
      name.digest !== undefined
    )?.digest;
}
