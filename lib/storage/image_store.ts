/**
 * Which images there are, and their names. An image is there if its record is;
 * the record is written when all its content is. Readers do not lock; whoever
 * adds or uses an image keeps others from removing content meanwhile.
 *
 * @module
 */
import {
  HALF_WRITTEN,
  readTextFileIfExists,
  writeSharedFile,
} from "../base/atomic_file.ts";
import {
  type Digest,
  digestHex,
  digestOf,
  parseDigest,
} from "../base/digest.ts";
import { IntegrityError } from "../base/errors.ts";
import type { HostPaths } from "../base/host_paths.ts";
import { namesIn } from "../base/names_in.ts";
import { parseRecord } from "../base/parse_record.ts";
import { removeFileIfExists } from "../base/remove_file.ts";
import { chainIds } from "../oci/chain_id.ts";
import type { Descriptor, ImageDocument } from "../oci/image_spec.ts";
import { parseImageDocument, parseManifest } from "../oci/parse_image.ts";
import { blobSize, readBlob } from "./content_store.ts";
import { makePrivate } from "./growing_tree.ts";

/** A layer of an image in the store. */
export interface StoredLayer {
  /** The layer as it came, packed or not. */
  readonly blob: Descriptor;
  /** Digest of the layer, unpacked. */
  readonly diffId: Digest;
  /** Names the layer with all below it, and its directory. */
  readonly chainId: Digest;
}

/** An image in the store; this is its record. */
export interface StoredImage {
  readonly manifest: Descriptor;
  /** Its digest is the image's id. */
  readonly config: Descriptor;
  /** The lowest first. */
  readonly layers: readonly StoredLayer[];
  /** When it was made, as it says itself, milliseconds since the epoch. */
  readonly createdMs: number;
  /** When it was added here, milliseconds since the epoch. */
  readonly addedMs: number;
}

/** A name and the image that it is of. */
export interface StoredReference {
  /** In full: `docker.io/library/busybox:latest`. */
  readonly name: string;
  /** Digest of the image's manifest. */
  readonly manifest: Digest;
}

/** Names of files have at most 255 bytes, and further ones while written. */
const MAX_FILE_NAME = 230;
const RECORD = /^[0-9a-f]{64}$/;

/**
 * Adds an image all of whose content is in the store.
 *
 * @param manifest Points to a manifest, not an index.
 * @returns Its record; of one that was there before, the record of then.
 * @throws {IntegrityError} If content is missing or does not fit together.
 * @throws {SpecError} If its manifest or config is malformed.
 */
export async function addImage(
  paths: HostPaths,
  manifest: Descriptor,
): Promise<StoredImage> {
  const known = readImage(paths, manifest.digest);
  if (known !== undefined) return known;
  const { config, blobs } = readParts(paths, manifest);
  const document = parseImageDocument(
    readBlob(paths, config.digest),
    `config ${config.digest}`,
  );
  const { diff_ids: diffIds } = document.rootfs;
  if (diffIds.length !== blobs.length) {
    throw new IntegrityError(
      `Cannot add image ${config.digest}: its manifest has ${blobs.length} layers, its config ${diffIds.length}`,
    );
  }
  const chain = await chainIds(diffIds);
  const image: StoredImage = {
    manifest: {
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.size,
    },
    config,
    layers: blobs.map((blob, index) => ({
      blob,
      diffId: at(diffIds, index),
      chainId: at(chain, index),
    })),
    createdMs: parseCreated(document),
    addedMs: Date.now(),
  };
  makePrivate(paths.manifests);
  writeSharedFile(recordPath(paths, manifest.digest), JSON.stringify(image));
  return image;
}

function readParts(
  paths: HostPaths,
  { digest, mediaType }: Descriptor,
): { readonly config: Descriptor; readonly blobs: readonly Descriptor[] } {
  const bytes = readBlob(paths, digest);
  const manifest = parseManifest(bytes, `manifest ${digest}`, mediaType);
  if (manifest.kind === "index") {
    throw new IntegrityError(
      `Cannot add image ${digest}: it is a list of images`,
    );
  }
  const { config, layers } = manifest;
  for (const blob of [config, ...layers]) {
    const size = blobSize(paths, blob.digest);
    if (size === blob.size) continue;
    const what = size === undefined
      ? "is missing"
      : `has ${size} bytes instead of ${blob.size}`;
    throw new IntegrityError(
      `Cannot add image ${digest}: its part ${blob.digest} ${what}`,
    );
  }
  return { config, blobs: layers };
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index];
  if (value === undefined) throw new TypeError("The lists differ in length");
  return value;
}

/** Some tools leave it out, or write what no clock shows. */
function parseCreated({ created }: ImageDocument): number {
  const ms = created === undefined ? NaN : Date.parse(created);
  return Number.isNaN(ms) ? 0 : ms;
}

/**
 * The record of an image.
 *
 * @returns `undefined` if it is not in the store, or its record is damaged.
 */
export function readImage(
  paths: HostPaths,
  manifest: Digest,
): StoredImage | undefined {
  const text = readTextFileIfExists(recordPath(paths, manifest));
  return text === undefined ? undefined : parseRecord(text);
}

/** All images, the latest first. */
export function listImages(paths: HostPaths): StoredImage[] {
  return namesIn(paths.manifests).filter((name) => RECORD.test(name))
    .flatMap((name) => readImage(paths, parseDigest(`sha256:${name}`)) ?? [])
    .sort((a, b) => b.createdMs - a.createdMs || b.addedMs - a.addedMs);
}

/** Forgets an image; its content stays until it is swept. */
export function removeImageRecord(paths: HostPaths, manifest: Digest): void {
  removeFileIfExists(recordPath(paths, manifest));
}

/** How to run an image. */
export function readImageDocument(
  paths: HostPaths,
  { config: { digest } }: Pick<StoredImage, "config">,
): ImageDocument {
  return parseImageDocument(readBlob(paths, digest), `config ${digest}`);
}

/**
 * Gives an image a name, which an image that had it loses.
 *
 * @param name In full.
 */
export async function setReference(
  paths: HostPaths,
  name: string,
  manifest: Digest,
): Promise<void> {
  makePrivate(paths.references);
  const reference: StoredReference = { name, manifest };
  writeSharedFile(await referencePath(paths, name), JSON.stringify(reference));
}

/** The image of a name in full, by its manifest's digest. */
export async function readReference(
  paths: HostPaths,
  name: string,
): Promise<Digest | undefined> {
  const text = readTextFileIfExists(await referencePath(paths, name));
  return text === undefined
    ? undefined
    : parseRecord<StoredReference>(text)?.manifest;
}

/** Takes a name away from its image. */
export async function removeReference(
  paths: HostPaths,
  name: string,
): Promise<void> {
  removeFileIfExists(await referencePath(paths, name));
}

/** All names, in order. */
export function listReferences(paths: HostPaths): StoredReference[] {
  return namesIn(paths.references).filter((file) => !HALF_WRITTEN.test(file))
    .flatMap((file) => {
      const text = readTextFileIfExists(`${paths.references}/${file}`);
      return text === undefined ? [] : parseRecord<StoredReference>(text) ?? [];
    })
    .sort((a, b) => a.name < b.name ? -1 : 1);
}

/**
 * Files of records that are damaged, of images and of names; paths. Whoever
 * is to have one writes it again.
 */
export function listDamagedRecords(
  { manifests, references }: Pick<HostPaths, "manifests" | "references">,
): string[] {
  const images = namesIn(manifests).filter((name) => RECORD.test(name))
    .map((name) => `${manifests}/${name}`);
  const names = namesIn(references).filter((name) => !HALF_WRITTEN.test(name))
    .map((name) => `${references}/${name}`);
  return [...images, ...names].filter((path) => {
    const text = readTextFileIfExists(path);
    return text !== undefined && parseRecord(text) === undefined;
  });
}

function recordPath({ manifests }: HostPaths, manifest: Digest): string {
  return `${manifests}/${digestHex(manifest)}`;
}

/** No name has the character that stands for its slashes. */
async function referencePath(
  { references }: HostPaths,
  name: string,
): Promise<string> {
  const readable = name.replaceAll("/", "%");
  if (readable.length <= MAX_FILE_NAME) return `${references}/${readable}`;
  const digest = await digestOf(new TextEncoder().encode(name));
  return `${references}/%${digestHex(digest)}`;
}
