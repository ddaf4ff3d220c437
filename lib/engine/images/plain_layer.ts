/**
 * The layer of a container whose image is a mere tar file or directory, and has
 * none in the store yet.
 *
 * @module
 */
import { fstat } from "../../../ffi/calls/stat.ts";
import { type Digest, isDigest } from "../../base/digest.ts";
import { IntegrityError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import {
  openRegular,
  readCompression,
} from "../../storage/archive/regular_file.ts";
import { copyIntoStore, type FilePart } from "../../storage/content_store.ts";
import { listImages } from "../../storage/image_store.ts";
import { findLayer } from "../../storage/source_record.ts";
import type { LayerOfImage } from "../../storage/store_image.ts";
import type { TarEntry } from "../../storage/tar/entry.ts";
import { mapEntries } from "../../storage/tar/map_entries.ts";
import { publishBlob, writeBlob } from "../../storage/written_layer.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { layerOfImage } from "./layer_of_image.ts";
import { tryFindImage } from "./open_image.ts";
import { openPlainFiles } from "./plain_files.ts";

/** What a layer of the store is called, and what is behind a copy's name. */
const LAYER_NAME = /\/([0-9a-f]{64})(?:\+[0-9a-f]+)?$/;

/** A layer in the store, with its digest, unpacked. */
export interface PlainLayer extends LayerOfImage {
  readonly diffId: Digest;
}

/**
 * Takes the only layer of such a container into the store. Its caller holds the
 * layers.
 *
 * @param stored What an image is to have in place of a file.
 */
export async function takeFilesIn(
  engine: Engine,
  config: ContainerConfig,
  stored: (entry: TarEntry) => TarEntry,
): Promise<PlainLayer> {
  const { paths } = engine;
  const [directory = ""] = config.layers;
  const diffId = diffIdOf(paths, directory);
  const found = diffId === undefined ? undefined : findInStore(paths, diffId) ??
    await copyArchive(engine, config.image, diffId);
  if (found !== undefined && diffId !== undefined) {
    return { ...found, diffId };
  }
  using source = openPlainFiles(paths, config, diffId);
  using written = writeBlob(paths, mapEntries(source, stored), () => {});
  const blob = await publishBlob(written);
  return { blob, compression: "none", diffId: blob.digest };
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
  const found = await tryFindImage(engine, name);
  return found?.kind === "archive" ? found.path : undefined;
}
