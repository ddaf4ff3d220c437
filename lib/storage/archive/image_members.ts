/**
 * The files that an archive of images consists of: an OCI image layout, and
 * for docker what its older versions look for.
 *
 * @module
 * @see image-spec 1.1, image-layout.md
 * @see moby/image/spec/v1.2.md, "Combined Image JSON + Filesystem Changeset Format"
 */
import { canonicalJson } from "../../oci/canonical_json.ts";
import type { Descriptor, Platform } from "../../oci/image_spec.ts";
import { INDEX_TYPES } from "../../oci/media_types.ts";
import {
  familiarName,
  fullName,
  type ImageReference,
} from "../../oci/reference.ts";
import { INDEX_NAMES } from "./image_name.ts";
import type { ArchiveMember } from "./member_source.ts";
import {
  blobName,
  NAME_ANNOTATION,
  REFERENCE_ANNOTATION,
} from "./oci_layout.ts";

/** An image to be saved. */
export interface SavedImage {
  /** Under which names; none is enough. */
  readonly references: readonly ImageReference[];
  readonly platform: Platform;
  readonly manifest: Descriptor;
  readonly config: Descriptor;
  /** The lowest first. */
  readonly layers: readonly Descriptor[];
}

/** Whether docker's list of images is written, besides that of OCI. */
export type MemberFormat = "docker" | "oci";

const LAYOUT_NAME = "oci-layout";
const LAYOUT = { imageLayoutVersion: "1.0.0" };

/** The documents of an archive, without blobs, and its directories. */
export function formatMembers(
  images: readonly SavedImage[],
  format: MemberFormat,
): ArchiveMember[] {
  const none = new Uint8Array();
  const members = [
    { name: "blobs/", content: none },
    { name: "blobs/sha256/", content: none },
    { name: LAYOUT_NAME, content: canonicalJson(LAYOUT) },
    { name: INDEX_NAMES.oci, content: canonicalJson(formatIndex(images)) },
  ];
  if (format === "oci") return members;
  const list = canonicalJson(images.map(formatItem));
  return [...members, { name: INDEX_NAMES.docker, content: list }];
}

/** An entry for each name; one for an image without any. */
function formatIndex(images: readonly SavedImage[]): unknown {
  const all = images.flatMap(({ references }) => references);
  return {
    schemaVersion: 2,
    mediaType: INDEX_TYPES[0],
    manifests: images.flatMap((image) => {
      const { manifest: { mediaType, digest, size }, platform } = image;
      const descriptor = { mediaType, digest, size, platform };
      if (image.references.length === 0) return [descriptor];
      return image.references.map((reference) => ({
        ...descriptor,
        annotations: {
          [NAME_ANNOTATION]: fullName(reference),
          [REFERENCE_ANNOTATION]: shortName(reference, all),
        },
      }));
    }),
  };
}

/** The tag, as everybody has it, unless several images have the same one. */
function shortName(
  reference: ImageReference,
  all: readonly ImageReference[],
): string {
  const { tag } = reference;
  const isUnique = all.filter((other) => other.tag === tag).length === 1;
  return tag !== undefined && isUnique ? tag : familiarName(reference);
}

function formatItem({ config, layers, references }: SavedImage): unknown {
  return {
    Config: blobName(config.digest),
    Layers: layers.map(({ digest }) => blobName(digest)),
    RepoTags: references.length === 0 ? null : references.map(familiarName),
  };
}
