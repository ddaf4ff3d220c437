/**
 * What content is, by the names of image-spec and of docker's older formats.
 *
 * @module
 * @see image-spec 1.1, media-types.md
 * @see distribution/docs/content/spec/manifest-v2-2.md, "Media Types"
 */

/** A list of manifests, one for each platform. */
export const INDEX_TYPES = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
] as const;

/** A manifest of one image. */
export const MANIFEST_TYPES = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
] as const;

/** What says how to run an image. */
export const CONFIG_TYPES = [
  "application/vnd.oci.image.config.v1+json",
  "application/vnd.docker.container.image.v1+json",
] as const;

/** How the bytes of a layer are packed. */
export type LayerCompression = "none" | "gzip" | "zstd";

const OCI_LAYER = "application/vnd.oci.image.layer.v1.tar";

/** The media type of a layer that is made here. */
export const LAYER_TYPES = {
  none: OCI_LAYER,
  gzip: `${OCI_LAYER}+gzip`,
  zstd: `${OCI_LAYER}+zstd`,
} as const satisfies Record<LayerCompression, string>;

/** Layers that registries may refuse to hand out are packed alike. */
const FOREIGN_LAYER = "application/vnd.oci.image.layer.nondistributable.v1.tar";
const DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar";

const COMPRESSIONS: Readonly<Record<string, LayerCompression>> = {
  [LAYER_TYPES.none]: "none",
  [LAYER_TYPES.gzip]: "gzip",
  [LAYER_TYPES.zstd]: "zstd",
  [FOREIGN_LAYER]: "none",
  [`${FOREIGN_LAYER}+gzip`]: "gzip",
  [`${FOREIGN_LAYER}+zstd`]: "zstd",
  [DOCKER_LAYER]: "none",
  [`${DOCKER_LAYER}.gzip`]: "gzip",
  [`${DOCKER_LAYER}.zstd`]: "zstd",
  "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip": "gzip",
};

/**
 * How a layer of this media type is packed, if its name is to be believed.
 *
 * @returns `undefined` if it is no layer of files.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const type = "application/vnd.oci.image.layer.v1.tar+zstd";
 * assert.equal(layerCompression(type), "zstd");
 * ```
 */
export function layerCompression(
  mediaType: string,
): LayerCompression | undefined {
  return Object.hasOwn(COMPRESSIONS, mediaType)
    ? COMPRESSIONS[mediaType]
    : undefined;
}

/** Whether it is a list of manifests. */
export function isIndexType(mediaType: string): boolean {
  return INDEX_TYPES.some((type) => type === mediaType);
}

/** Whether it is the manifest of an image. */
export function isManifestType(mediaType: string): boolean {
  return MANIFEST_TYPES.some((type) => type === mediaType);
}
