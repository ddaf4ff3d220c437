/**
 * Images of an OCI image layout: an index of manifests, which may lead to
 * further indexes, and blobs by digest.
 *
 * @module
 * @see image-spec 1.1, image-layout.md, "index.json file"
 */
import { type Digest, digestHex } from "../../base/digest.ts";
import { IntegrityError, NotFoundError } from "../../base/errors.ts";
import type { Descriptor, Platform } from "../../oci/image_spec.ts";
import { INDEX_TYPES } from "../../oci/media_types.ts";
import { parseManifest } from "../../oci/parse_image.ts";
import {
  choosePlatform,
  formatPlatform,
  hostPlatform,
} from "../../oci/platform.ts";
import { type ArchivedImage, findLayerFile } from "./archived_image.ts";
import { type ImageFiles, readDocument, requireFile } from "./image_files.ts";
import { INDEX_NAMES } from "./image_name.ts";

/** An index leads to an index for platforms, hardly further. */
const MAX_DEPTH = 4;
/** More than any archive has. */
const MAX_IMAGES = 1000;

/** containerd's and docker's word for the whole name. */
export const NAME_ANNOTATION = "io.containerd.image.name";
/** What the specification calls it; a tag, or a whole name. */
export const REFERENCE_ANNOTATION = "org.opencontainers.image.ref.name";
/** On what is no image but belongs to one. */
const ATTESTATION_ANNOTATION = "vnd.docker.reference.type";

/**
 * Reads the images of a layout. Of several for different platforms that have
 * one name the one that runs here is taken.
 *
 * @param platform To be taken in place of the one that runs here.
 * @throws {NotFoundError} If there is none for the platform.
 */
export async function readOciLayout(
  files: ImageFiles,
  platform: Platform | undefined,
): Promise<ArchivedImage[]> {
  const bytes = await readDocument(
    files,
    INDEX_NAMES.oci,
    requireFile(files, INDEX_NAMES.oci),
  );
  const label = `${INDEX_NAMES.oci} of "${files.label}"`;
  const index = parseManifest(bytes, label, INDEX_TYPES[0]);
  if (index.kind !== "index") {
    throw new IntegrityError(`Cannot load the ${label}: it is no index`);
  }
  const groups = Map.groupBy(index.manifests.filter(isImage), groupKey);
  const images: ArchivedImage[] = [];
  for (const group of groups.values()) {
    for (const descriptor of choose(files, group, platform)) {
      images.push(await readImage(files, descriptor, { platform, depth: 0 }));
    }
  }
  if (images.length <= MAX_IMAGES) return images;
  throw new IntegrityError(
    `Cannot load the ${label}: it has more than ${MAX_IMAGES} images`,
  );
}

/** What a descriptor is called. */
function namesOf({ annotations = {} }: Descriptor): string[] {
  const names = [
    annotations[NAME_ANNOTATION],
    annotations[REFERENCE_ANNOTATION],
  ];
  return names.filter((name) => name !== undefined && name !== "") as string[];
}

/** Those of one name differ in their platform. */
function groupKey(descriptor: Descriptor): string {
  return namesOf(descriptor)[0] ?? "";
}

function isImage({ platform, annotations = {} }: Descriptor): boolean {
  return annotations[ATTESTATION_ANNOTATION] === undefined &&
    platform?.os !== "unknown";
}

/** Which of those with one name are taken. */
function choose(
  files: ImageFiles,
  offers: readonly Descriptor[],
  platform: Platform | undefined,
): readonly Descriptor[] {
  // An archive may have the images of some platforms only.
  const present = offers.filter(({ digest }) =>
    files.find(blobName(digest)) !== undefined
  );
  const candidates = present.length > 0 ? present : offers;
  const hasChoice = candidates.length > 1 &&
    candidates.every(({ platform: offered }) => offered !== undefined);
  if (!hasChoice && (platform === undefined || candidates.length !== 1)) {
    return candidates;
  }
  if (candidates[0]?.platform === undefined) return candidates;
  const wanted = platform ?? hostPlatform();
  const chosen = choosePlatform(candidates, wanted);
  if (chosen !== undefined) return [chosen];
  const offered = candidates.flatMap(({ platform: one }) =>
    one === undefined ? [] : formatPlatform(one)
  );
  throw new NotFoundError(
    `Cannot load "${files.label}": no image in it is for ${
      formatPlatform(wanted)
    }, but for ${[...new Set(offered)].join(", ")}`,
    { advice: "choose one with --platform" },
  );
}

interface Descent {
  readonly platform: Platform | undefined;
  readonly depth: number;
}

async function readImage(
  files: ImageFiles,
  descriptor: Descriptor,
  { platform, depth }: Descent,
): Promise<ArchivedImage> {
  const { digest, mediaType } = descriptor;
  const bytes = await readBlobFile(files, descriptor);
  const label = `manifest ${digest} of "${files.label}"`;
  const manifest = parseManifest(bytes, label, mediaType);
  const names = namesOf(descriptor);
  if (manifest.kind === "index") {
    const offers = manifest.manifests.filter(isImage);
    const [chosen] = choose(files, offers, platform);
    if (chosen === undefined || depth >= MAX_DEPTH) {
      throw new IntegrityError(
        `Cannot load the ${label}: it leads to no image`,
      );
    }
    const image = await readImage(files, chosen, {
      platform,
      depth: depth + 1,
    });
    return { ...image, names: names.length > 0 ? names : image.names };
  }
  return {
    names,
    config: await readBlobFile(files, manifest.config),
    layers: manifest.layers.map((layer) =>
      findLayerFile(files, blobName(layer.digest), layer.digest)
    ),
    manifest: {
      descriptor: {
        mediaType: manifest.mediaType,
        digest,
        size: bytes.length,
      },
      bytes,
    },
  };
}

async function readBlobFile(
  files: ImageFiles,
  { digest, size }: Descriptor,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = blobName(digest);
  const file = requireFile(files, name);
  if (file.size === size) {
    return await readDocument(files, name, file, digest);
  }
  throw new IntegrityError(
    `Cannot load "${files.label}": "${name}" has ${file.size} bytes instead of ${size}`,
  );
}

/** Where a layout has content. */
export function blobName(digest: Digest): string {
  return `blobs/sha256/${digestHex(digest)}`;
}
