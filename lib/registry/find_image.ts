/**
 * From a name to the one manifest that is to be used here.
 *
 * @module
 * @see image-spec 1.1, image-index.md
 */
import { IntegrityError, NotFoundError } from "../base/errors.ts";
import type { Descriptor, ImageManifest, Platform } from "../oci/image_spec.ts";
import { isIndexType, isManifestType } from "../oci/media_types.ts";
import { choosePlatform, formatPlatform } from "../oci/platform.ts";
import {
  type FetchedManifest,
  fetchManifest,
  type ManifestPlace,
} from "./manifests.ts";
import type { RegistrySession } from "./session.ts";

/** An image in a registry. */
export interface FoundImage {
  /** What the name leads to: the manifest, or the index that lists it. */
  readonly top: Descriptor;
  /** The manifest itself, as it came. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly descriptor: Descriptor;
  readonly manifest: ImageManifest;
}

/** An index may list indexes; nobody does more than that. */
const MAX_DEPTH = 3;

/**
 * Finds an image for a platform.
 *
 * @throws {NotFoundError} If there are only others.
 * @throws {RegistryError} If the registry does not give it.
 * @throws {IntegrityError} If something is not what its digest says.
 */
export async function findImage(
  session: RegistrySession,
  place: ManifestPlace,
  platform: Platform,
): Promise<FoundImage> {
  const top = await fetchManifest(session, place);
  let found: FetchedManifest = top;
  for (let depth = 0; depth < MAX_DEPTH; depth++) {
    const { content, bytes, descriptor } = found;
    if (content.kind === "manifest") {
      return { top: top.descriptor, bytes, descriptor, manifest: content };
    }
    const chosen = choose(content.manifests, platform);
    found = await fetchManifest(session, {
      ...place,
      reference: chosen.digest,
    });
    if (found.descriptor.size !== chosen.size) {
      throw new IntegrityError(
        `Cannot use the manifest of "${place.label}": it has ${found.descriptor.size} bytes instead of ${chosen.size}`,
      );
    }
  }
  throw new IntegrityError(
    `Cannot use the manifest of "${place.label}": it leads to more than ${MAX_DEPTH} lists`,
  );
}

function choose(
  offers: readonly Descriptor[],
  platform: Platform,
): Descriptor {
  const images = offers.filter(({ mediaType }) =>
    isManifestType(mediaType) || isIndexType(mediaType)
  );
  const chosen = choosePlatform(images, platform);
  if (chosen !== undefined) return chosen;
  // One entry that says nothing is for everybody.
  const [only, ...others] = images;
  if (
    only !== undefined && others.length === 0 && only.platform === undefined
  ) {
    return only;
  }
  const names = images.flatMap(({ platform: { os, ...rest } = UNKNOWN }) =>
    os === UNKNOWN.os ? [] : [formatPlatform({ os, ...rest })]
  );
  throw new NotFoundError(
    `no matching manifest for ${
      formatPlatform(platform)
    } in the manifest list entries`,
    names.length === 0 ? {} : {
      advice: `choose another --platform: ${[...new Set(names)].join(", ")}`,
    },
  );
}

/** What the platform of attestations is said to be. */
const UNKNOWN: Platform = { os: "unknown", architecture: "unknown" };
