/**
 * Removes images and their names, and the content that no other image and no
 * container needs.
 *
 * @module
 */
import { digestHex } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  familiarName,
  isReference,
  parseReference,
  storedName,
} from "../../oci/reference.ts";
import {
  removeImageRecord,
  removeReference,
  type StoredImage,
} from "../../storage/image_store.ts";
import { lockWithin } from "../containers/lock.ts";
import type { Engine } from "../engine.ts";
import { explainingHost } from "./explain_host.ts";
import { findGarbage, type Garbage, removeGarbage } from "./garbage.ts";
import { recordImageEvent } from "./image_event.ts";
import { listSources, originOf } from "./layer_usage.ts";
import { blobsOf, contentUsers } from "./needed_content.ts";
import { listNamedImages, type NamedImage } from "./named_images.ts";
import {
  assertIdRemovable,
  assertNameRemovable,
  type RemovalTarget,
} from "./removal_conflict.ts";
import { resolveImage } from "./resolve_image.ts";

/** How images are removed. */
export interface RemoveImageOptions {
  /** Whether those of stopped containers, or of several names, are, too. */
  readonly force: boolean;
  /** Whether what nobody needs any more goes at once, or with pruning. */
  readonly content: "remove" | "keep";
}

/** What a user is told. */
export interface RemovalEvents {
  /** What has happened to an image, in docker's words: `Untagged: bb:latest`. */
  onRemoved(lines: readonly string[]): void;
  /** One of them cannot be removed. */
  onFailed(error: unknown): void;
}

/** How long others may have the store before its content is left to pruning. */
const HOLD_TIMEOUT_MS = 2000;

/**
 * Removes images; of one with several names that is given by one of them, only
 * that name. All are tried, even if one fails.
 *
 * @param references As `resolveImage` takes them.
 */
export async function removeImages(
  { paths, warn }: Pick<Engine, "paths" | "warn">,
  references: readonly string[],
  { onRemoved, onFailed, ...options }: RemoveImageOptions & RemovalEvents,
): Promise<void> {
  let isTold = false;
  for (const reference of references) {
    try {
      const timeoutMs = isTold ? 0 : HOLD_TIMEOUT_MS;
      const lock = lockWithin(paths.layers, timeoutMs);
      using held = lock === "busy" || lock === "missing" ? undefined : lock;
      const removal = await explainingHost(
        `Cannot remove image "${reference}"`,
        () => removeImage(paths, reference, options),
      );
      const { lines, removed } = removal;
      const garbage = removed.length > 0 && options.content === "remove"
        ? contentOf(paths, removed)
        : undefined;
      if (garbage === undefined) {
        onRemoved(lines);
      } else if (held === undefined) {
        onRemoved(lines);
        if (!isTold) warn(CONTENT_STAYS);
        isTold = true;
      } else {
        onRemoved([
          ...lines,
          ...garbage.layers.map((name) => `Deleted: sha256:${name}`),
        ]);
        await removeGarbage(paths, garbage, held);
      }
    } catch (error) {
      onFailed(error);
    }
  }
}

const CONTENT_STAYS =
  "The content of removed images is left to tsdocker image prune: " +
  "others are being added, or containers made";

interface Removal {
  readonly lines: readonly string[];
  /** Images that are gone. */
  readonly removed: readonly StoredImage[];
}

async function removeImage(
  paths: HostPaths,
  reference: string,
  { force }: Pick<RemoveImageOptions, "force">,
): Promise<Removal> {
  const { config, manifest } = await resolveImage(paths, reference);
  const all = listNamedImages(paths);
  const name = nameAmong(all, reference);
  // Of one id there may be several images, packed in different ways.
  const images = all.filter(({ image }) =>
    name === undefined
      ? image.config.digest === config.digest
      : image.manifest.digest === manifest.digest
  );
  const target: RemovalTarget = { reference, images, force };
  if (name === undefined) assertIdRemovable(paths, target);
  else {
    const [image] = images;
    if (image !== undefined && hasOtherNames(image, name)) {
      await removeName(paths, image, name);
      return { lines: [untagged(name)], removed: [] };
    }
    assertNameRemovable(paths, target);
  }
  for (const image of images) await removeNamedImage(paths, image);
  return {
    lines: [
      ...images.flatMap(({ names }) => names.map(untagged)),
      `Deleted: ${config.digest}`,
    ],
    removed: images.map(({ image }) => image),
  };
}

/**
 * Whether an image is still called something without a name. As in docker, it
 * takes what its repository calls it by digest along with its last tag there.
 */
function hasOtherNames({ names }: NamedImage, name: string): boolean {
  const { tag, registry, repository } = parseReference(name);
  return names.some((other) => {
    if (other === name) return false;
    const reference = parseReference(other);
    return tag === undefined || reference.tag !== undefined ||
      reference.registry !== registry || reference.repository !== repository;
  });
}

/** The name in full that a user means, if it is one that an image has. */
function nameAmong(
  images: readonly NamedImage[],
  reference: string,
): string | undefined {
  if (!isReference(reference)) return undefined;
  const wanted = storedName(parseReference(reference));
  return images.some(({ names }) => names.includes(wanted))
    ? wanted
    : undefined;
}

/** Takes away a name that an image has. */
export async function removeName(
  paths: HostPaths,
  { image }: Pick<NamedImage, "image">,
  name: string,
): Promise<void> {
  await removeReference(paths, name);
  recordImageEvent(paths, { action: "untag", id: image.config.digest, name });
}

/**
 * Forgets an image and its names, in this order: what a crash leaves in
 * between is an image without a name.
 */
export async function removeNamedImage(
  paths: HostPaths,
  { image, names }: NamedImage,
): Promise<void> {
  for (const name of names) await removeName(paths, { image }, name);
  removeImageRecord(paths, image.manifest.digest);
  recordImageEvent(paths, { action: "delete", id: image.config.digest });
}

/** What only these needed; what others have left is not looked at. */
function contentOf(
  paths: HostPaths,
  images: readonly StoredImage[],
): Garbage {
  const blobs = new Set(images.flatMap(blobsOf));
  const layers = images.flatMap(({ layers }) => layers)
    .map(({ chainId }) => digestHex(chainId));
  const all = findGarbage(paths, contentUsers(paths), "remove");
  // The topmost first, as docker tells them.
  const removed = all.layers
    .filter((name) => layers.includes(originOf(name)))
    .sort((a, b) => layers.indexOf(b) - layers.indexOf(a));
  const gone = new Set([
    ...removed,
    ...images.map(({ manifest }) => digestHex(manifest.digest)),
  ]);
  return {
    layers: removed,
    blobs: all.blobs.filter((digest) => blobs.has(digest)),
    // What is known of archives that they were read from.
    leftovers: listSources(paths)
      .filter(({ hexes }) => hexes.every((hex) => gone.has(hex)))
      .map(({ path }) => path),
    lostNames: [],
  };
}

function untagged(name: string): string {
  return `Untagged: ${familiarName(parseReference(name))}`;
}
