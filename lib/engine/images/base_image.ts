/**
 * What a container's changes are put on top of when it becomes an image: the
 * layers of its own image. A mere tar file or directory has none in the store
 * yet, so it is taken in.
 *
 * @module
 */
import { fstat, openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import { type Digest, digestHex, isDigest } from "../../base/digest.ts";
import { IntegrityError, NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { pathExists } from "../../base/path_exists.ts";
import type { Descriptor, ImageDocument } from "../../oci/image_spec.ts";
import {
  type LayerCompression,
  layerCompression,
} from "../../oci/media_types.ts";
import { parseImageDocument, parseManifest } from "../../oci/parse_image.ts";
import { hostPlatform } from "../../oci/platform.ts";
import { openRegular, readCompression } from "../../storage/archive_file.ts";
import {
  blobPath,
  blobSize,
  copyIntoStore,
  type FilePart,
  readBlob,
} from "../../storage/content_store.ts";
import { listImages } from "../../storage/image_store.ts";
import { ownedInside } from "../../storage/entry_owners.ts";
import { assertStorable, LayerDiff } from "../../storage/layer_diff.ts";
import { findLayer } from "../../storage/source_record.ts";
import type { LayerOfImage } from "../../storage/store_image.ts";
import type { ByteString } from "../../storage/tar/byte_string.ts";
import type { EntrySource, TarEntry } from "../../storage/tar/entry.ts";
import { mapEntries } from "../../storage/tar/map_entries.ts";
import { TreeReader } from "../../storage/tree_reader.ts";
import { publishBlob, writeBlob } from "../../storage/written_layer.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { findImage } from "./open_image.ts";

/** An image that a container's changes go on top of. */
export interface BaseImage {
  readonly document: ImageDocument;
  /** The lowest first. */
  readonly layers: readonly LayerOfImage[];
}

const ROOT = "." as ByteString;
/** What a layer of the store is called, and what is behind a copy's name. */
const LAYER_NAME = /\/([0-9a-f]{64})(?:\+[0-9a-f]+)?$/;

/**
 * The image of a container, with all its content in the store. Its caller holds
 * the layers.
 *
 * @param stored What an image is to have in place of a file.
 * @throws {NotFoundError} If the image has been removed.
 */
export async function baseImage(
  engine: Engine,
  config: ContainerConfig,
  stored: (entry: TarEntry) => TarEntry,
): Promise<BaseImage> {
  const { paths } = engine;
  const { imageManifest } = config;
  if (imageManifest === undefined) {
    return await takeFilesIn(engine, config, stored);
  }
  // What containers need of an image that has been removed is kept.
  if (blobSize(paths, imageManifest) !== undefined) {
    return readContent(paths, imageManifest);
  }
  throw new NotFoundError(
    `Cannot commit container ${config.name}: its image "${config.image}" has been removed`,
    { advice: `tsdocker export ${config.name} | tsdocker import -` },
  );
}

function readContent(paths: HostPaths, digest: Digest): BaseImage {
  const label = `manifest ${digest}`;
  const manifest = parseManifest(readBlob(paths, digest), label);
  if (manifest.kind === "index") {
    throw new TypeError("A container is made of one image");
  }
  const { config, layers } = manifest;
  const bytes = readBlob(paths, config.digest);
  return {
    document: parseImageDocument(bytes, `config ${config.digest}`),
    layers: layers.map((layer) => layerOfImage(paths, layer)),
  };
}

function layerOfImage(
  paths: HostPaths,
  { mediaType, digest, size }: Descriptor,
): LayerOfImage {
  const compression = layerCompression(mediaType) ??
    compressionOf(blobPath(paths, digest));
  return { blob: { digest, size }, compression };
}

/** For what is called by no name that we know, and could be unpacked. */
function compressionOf(path: string): LayerCompression {
  using file = openRegular(path);
  const compression = readCompression(path, file, 0);
  if (compression !== "xz") return compression;
  throw new IntegrityError(
    `Cannot use "${path}": no layer of an image is packed by xz`,
  );
}

/** The only layer of a container whose image is no image of the store. */
async function takeFilesIn(
  engine: Engine,
  config: ContainerConfig,
  stored: (entry: TarEntry) => TarEntry,
): Promise<BaseImage> {
  const { paths } = engine;
  const [directory = ""] = config.layers;
  const diffId = diffIdOf(paths, directory);
  const found = diffId === undefined ? undefined : findInStore(paths, diffId) ??
    await copyArchive(engine, config.image, diffId);
  if (found !== undefined && diffId !== undefined) {
    return plainImage(diffId, found);
  }
  using source = openFiles(paths, config, diffId);
  using written = writeBlob(paths, mapEntries(source, stored), () => {});
  const blob = await publishBlob(written);
  return plainImage(blob.digest, { blob, compression: "none" });
}

function plainImage(diffId: Digest, layer: LayerOfImage): BaseImage {
  return {
    document: {
      ...hostPlatform(),
      config: {},
      rootfs: { type: "layers", diff_ids: [diffId] },
      history: [],
    },
    layers: [layer],
  };
}

/** A layer of the store has its digest for a name; a directory has not. */
function diffIdOf(
  { layers }: HostPaths,
  directory: string,
): Digest | undefined {
  if (!directory.startsWith(`${layers}/`)) return undefined;
  const digest = `sha256:${LAYER_NAME.exec(directory)?.[1]}`;
  return isDigest(digest) ? digest : undefined;
}

/** An image that begins with the same layer. */
function findInStore(
  paths: HostPaths,
  diffId: Digest,
): LayerOfImage | undefined {
  const found = listImages(paths).map(({ layers }) => layers[0])
    .find((layer) => layer?.diffId === diffId);
  return found && layerOfImage(paths, found.blob);
}

/** The archive that the layer was unpacked from, if it is still the same. */
async function copyArchive(
  engine: Engine,
  name: string,
  diffId: Digest,
): Promise<LayerOfImage | undefined> {
  const { paths } = engine;
  const path = await findArchive(engine, name);
  if (path === undefined) return undefined;
  using file = openRegular(path);
  const compression = readCompression(path, file, 0);
  const part = { file, offset: 0, size: fstat(file.number).sizeBytes };
  switch (compression) {
    case "none":
      return await copyPlain(paths, part, diffId);
    case "xz":
      // No layer of an image is packed by it.
      return undefined;
    default: {
      const isSame = (): boolean => findLayer(paths, path)?.diffId === diffId;
      if (!isSame()) return undefined;
      const blob = await copyIntoStore(paths, part);
      // It may have changed while it was copied.
      return isSame() ? { blob, compression } : undefined;
    }
  }
}

/** What is not packed has the layer's own digest. */
async function copyPlain(
  paths: HostPaths,
  part: FilePart,
  diffId: Digest,
): Promise<LayerOfImage | undefined> {
  try {
    const blob = await copyIntoStore(paths, part, diffId);
    return { blob, compression: "none" };
  } catch (error) {
    if (error instanceof IntegrityError) return undefined;
    throw error;
  }
}

async function findArchive(
  engine: Engine,
  name: string,
): Promise<string | undefined> {
  try {
    const found = await findImage(engine, name);
    return found.kind === "archive" ? found.path : undefined;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/** The files of a layer, or of a directory of the user's. */
function openFiles(
  { layers }: HostPaths,
  { layers: [directory = ""], idMappings }: ContainerConfig,
  diffId: Digest | undefined,
): EntrySource & Disposable {
  if (diffId === undefined) return openDirectory(directory);
  const original = `${layers}/${digestHex(diffId)}`;
  if (pathExists(original)) return new LayerDiff(layerAlone(original));
  return new LayerDiff(
    layerAlone(directory),
    (entry) => ownedInside(entry, idMappings),
  );
}

/** All that a layer has is new. */
function layerAlone(
  directory: string,
): ConstructorParameters<typeof LayerDiff>[0] {
  return { upper: directory, lower: [] };
}

/** What stands for a removed file hides nothing in the lowest layer. */
function openDirectory(directory: string): EntrySource & Disposable {
  using undo = new DisposableStack();
  const top = undo.use(openat(AT_FDCWD, directory, O_RDONLY | O_DIRECTORY));
  const reader = undo.use(new TreeReader(top, { name: ROOT }));
  const source = mapEntries(reader, (entry) => {
    assertStorable(entry.name);
    return isWhiteoutDevice(entry) ? undefined : entry;
  });
  const owner = undo.move();
  return { ...source, [Symbol.dispose]: () => owner[Symbol.dispose]() };
}

function isWhiteoutDevice({ type, device }: TarEntry): boolean {
  return type === "character-device" && device.major === 0 &&
    device.minor === 0;
}
