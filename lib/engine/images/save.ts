/**
 * Writes images of the store to an archive or a directory.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import { Memory } from "../../../ffi/memory.ts";
import type { Digest } from "../../base/digest.ts";
import { IntegrityError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { Descriptor, Platform } from "../../oci/image_spec.ts";
import {
  LAYER_TYPES,
  layerCompression,
  MANIFEST_TYPES,
} from "../../oci/media_types.ts";
import { formatPlatform, runsOn } from "../../oci/platform.ts";
import { fullName, type ImageReference } from "../../oci/reference.ts";
import { openArchiveFile } from "../../storage/archive_file.ts";
import {
  formatMembers,
  type SavedImage,
} from "../../storage/archive/image_members.ts";
import type {
  ArchiveMember,
  MemberFile,
} from "../../storage/archive/member_source.ts";
import { blobName } from "../../storage/archive/oci_layout.ts";
import {
  blobPath,
  blobSize,
  GrowingBlob,
} from "../../storage/content_store.ts";
import {
  readImageDocument,
  type StoredImage,
} from "../../storage/image_store.ts";
import { formatManifest } from "../../storage/store_image.ts";
import { digestOf } from "../../base/digest.ts";
import { writeAllPatiently } from "../../base/patient_io.ts";
import { recordImageEvent } from "./image_event.ts";

/** An image, and what it is called in the archive. */
export interface NamedImage {
  readonly image: StoredImage;
  readonly references: readonly ImageReference[];
}

/** What is written. */
export type SaveFormat = "docker-archive" | "oci-archive" | "oci-dir";

/** How images are saved. */
export interface SaveOptions {
  readonly format: SaveFormat;
  /** What all of them have to run on. */
  readonly platform?: Platform;
}

/** All that an archive consists of, for as long as it is written. */
export interface SavedMembers extends Disposable {
  readonly members: readonly ArchiveMember[];
}

const BUFFER_BYTES = 1024 * 1024;

/**
 * Gathers what an archive of images consists of. The caller holds the layers.
 *
 * @throws {NotFoundError} If an image is for another platform.
 * @throws {IntegrityError} If content of one is missing.
 */
export async function gatherMembers(
  paths: HostPaths,
  images: readonly NamedImage[],
  { format, platform }: SaveOptions,
): Promise<SavedMembers> {
  using owned = new DisposableStack();
  const blobs = new Map<Digest, ArchiveMember["content"]>();
  const saved: SavedImage[] = [];
  for (const named of images) {
    const document = readImageDocument(paths, named.image);
    if (platform !== undefined) assertRunsOn(named, document, platform);
    const { os, architecture, variant } = document;
    const packing = format === "docker-archive"
      ? await unpackZstd(paths, named.image, { owned, blobs })
      : named.image;
    for (const { digest, size } of partsOf(packing)) {
      if (!blobs.has(digest)) blobs.set(digest, fileOf(paths, digest, size));
    }
    saved.push({
      references: named.references,
      platform: { os, architecture, ...(variant && { variant }) },
      manifest: packing.manifest,
      config: packing.config,
      layers: packing.layers.map(({ blob }) => blob),
    });
    recordSave(paths, named);
  }
  const kind = format === "docker-archive" ? "docker" : "oci";
  const members = [
    ...formatMembers(saved, kind),
    ...[...blobs].map(([digest, content]) => ({
      name: blobName(digest),
      content,
    })),
  ];
  const resources = owned.move();
  return { members, [Symbol.dispose]: () => resources[Symbol.dispose]() };
}

function recordSave(
  paths: HostPaths,
  { image, references: [first] }: NamedImage,
): void {
  recordImageEvent(paths, {
    action: "save",
    id: image.config.digest,
    name: first && fullName(first),
  });
}

type Packing = Pick<StoredImage, "manifest" | "config" | "layers">;

function partsOf({ manifest, config, layers }: Packing): Descriptor[] {
  return [manifest, config, ...layers.map(({ blob }) => blob)];
}

function assertRunsOn(
  { image, references }: NamedImage,
  offered: Platform,
  wanted: Platform,
): void {
  if (runsOn(offered, wanted)) return;
  const name = references[0]?.repository ?? image.config.digest;
  throw new NotFoundError(
    `Cannot save "${name}": it is for ${formatPlatform(offered)}, not for ${
      formatPlatform(wanted)
    }`,
  );
}

function fileOf(paths: HostPaths, digest: Digest, size: number): MemberFile {
  if (blobSize(paths, digest) !== size) {
    throw new IntegrityError(
      `Cannot save ${digest}: it is missing in the store, or not whole`,
      { advice: "pull or load the image again" },
    );
  }
  return {
    size,
    open: () => openat(AT_FDCWD, blobPath(paths, digest), O_RDONLY),
  };
}

interface Gathering {
  readonly owned: DisposableStack;
  readonly blobs: Map<Digest, ArchiveMember["content"]>;
}

/** docker reads zstd in archives since version 23 only, and others not at all. */
async function unpackZstd(
  paths: HostPaths,
  image: StoredImage,
  { owned, blobs }: Gathering,
): Promise<Packing> {
  const layers = [];
  for (const layer of image.layers) {
    const { blob, diffId } = layer;
    if (layerCompression(blob.mediaType) !== "zstd") {
      layers.push(layer);
      continue;
    }
    const unpacked = owned.use(new GrowingBlob(paths));
    const size = await unpackBlob(paths, blob.digest, unpacked);
    blobs.set(diffId, { size, open: () => unpacked.file.duplicate() });
    const mediaType = LAYER_TYPES.none;
    layers.push({ ...layer, blob: { mediaType, digest: diffId, size } });
  }
  if (layers.every((layer, index) => layer === image.layers[index])) {
    return image;
  }
  const bytes = formatManifest(
    image.config,
    layers.map(({ blob }) => ({
      blob,
      compression: layerCompression(blob.mediaType) ?? "none",
    })),
  );
  const digest = await digestOf(bytes);
  blobs.set(digest, bytes);
  const mediaType = MANIFEST_TYPES[0];
  const manifest = { mediaType, digest, size: bytes.length };
  return { manifest, config: image.config, layers };
}

async function unpackBlob(
  paths: HostPaths,
  digest: Digest,
  { file }: GrowingBlob,
): Promise<number> {
  using archive = await openArchiveFile(blobPath(paths, digest));
  using memory = new Memory(BUFFER_BYTES);
  let size = 0;
  for (let count; (count = archive.read(memory, 0, BUFFER_BYTES)) > 0;) {
    writeAllPatiently(file.number, memory, { offset: 0, length: count });
    size += count;
  }
  await archive.finish();
  return size;
}
