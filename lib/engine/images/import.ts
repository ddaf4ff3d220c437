/**
 * Makes an image of files: of a tar archive, or of a directory.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { fstat } from "../../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_RDONLY,
} from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { Digest } from "../../base/digest.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { canonicalJson } from "../../oci/canonical_json.ts";
import type { ImageSettings, Platform } from "../../oci/image_spec.ts";
import { fullName, type ImageReference } from "../../oci/reference.ts";
import { settingsObject } from "../../oci/settings_object.ts";
import {
  type ArchiveOrigin,
  type FilesOrigin,
  openArchive,
  originLabel,
} from "../../storage/archive/origin.ts";
import {
  type ArchiveOptions,
  openArchivePart,
} from "../../storage/archive_file.ts";
import {
  openRegular,
  readCompression,
} from "../../storage/archive/regular_file.ts";
import { copyIntoStore, GrowingBlob } from "../../storage/content_store.ts";
import { makePrivate } from "../../storage/growing_tree.ts";
import { setReference } from "../../storage/image_store.ts";
import { keepLayer, takeLayer } from "../../storage/layer_intake.ts";
import { lockSource } from "../../storage/layer_unpack.ts";
import { findLayer, recordSource } from "../../storage/source_record.ts";
import { type LayerOfImage, storeImage } from "../../storage/store_image.ts";
import type { ByteString } from "../../storage/tar/byte_string.ts";
import { mapEntries } from "../../storage/tar/map_entries.ts";
import { notAfter } from "../../storage/tar/not_after.ts";
import { writeArchive } from "../../storage/tar/writer.ts";
import { endIfAsked } from "../../storage/tidy_end.ts";
import { TreeReader } from "../../storage/tree_reader.ts";
import type { Engine } from "../engine.ts";
import { applyChanges } from "./change_instruction.ts";
import { holdLayers } from "./hold_layers.ts";
import { recordImageEvent } from "./image_event.ts";

/** What an image is made of and with. */
export interface ImportOptions {
  readonly origin: FilesOrigin;
  /** Its name, if it gets one. */
  readonly reference?: ImageReference;
  /** What it runs on. */
  readonly platform: Platform;
  /** What its history says; docker's word if empty. */
  readonly message: string;
  /** How it is run: instructions of a Dockerfile. */
  readonly changes: readonly string[];
  /** What stands for now and is the latest time of files, in ms since 1970. */
  readonly epochMs?: number;
}

/** What docker writes, wherever the files come from. */
const DEFAULT_MESSAGE = "Imported from -";
const ROOT = "." as ByteString;

/** A layer in the store, with its digest, unpacked. */
interface ImportedLayer extends LayerOfImage {
  readonly diffId: Digest;
}

/**
 * Makes an image of one layer. The same files and options give the same image,
 * but for the time unless it is given.
 *
 * @returns The image's id.
 * @throws {NotFoundError} If there is no such file.
 * @throws {IntegrityError} If an archive is malformed or hostile.
 * @throws {HostError} If the host refuses something: no space, not root.
 */
export async function importImage(
  { paths }: Pick<Engine, "paths">,
  options: ImportOptions,
): Promise<Digest> {
  using _held = holdLayers(paths);
  const { origin, reference, epochMs } = options;
  // Malformed ones are told of before anything is read.
  const settings = applyChanges({}, options.changes);
  const layer = origin.kind === "directory"
    ? await importDirectory(paths, origin.path, epochMs)
    : origin.kind === "file"
    ? await importFile(paths, origin.path)
    : await importStream(paths, origin);
  const config = formatConfig(options, settings, layer.diffId);
  const image = await storeImage(paths, { config, layers: [layer] });
  const name = reference && fullName(reference);
  const id = image.config.digest;
  if (name !== undefined) {
    await setReference(paths, name, image.manifest.digest);
  }
  recordImageEvent(paths, { action: "import", id, name });
  return id;
}

function formatConfig(
  { platform, message, epochMs = Date.now() }: ImportOptions,
  settings: ImageSettings,
  diffId: Digest,
): Uint8Array<ArrayBuffer> {
  const created = new Date(epochMs).toISOString();
  const comment = message === "" ? DEFAULT_MESSAGE : message;
  return canonicalJson({
    created,
    ...platform,
    config: settingsObject(settings),
    history: [{ created, comment }],
    rootfs: { type: "layers", diff_ids: [diffId] },
  });
}

async function importStream(
  paths: HostPaths,
  origin: ArchiveOrigin,
): Promise<ImportedLayer> {
  return await takeLayer(paths, {
    label: originLabel(origin),
    open: (options) => openArchive(origin, options),
    parents: [],
    below: undefined,
    emptiness: "refused",
    images: "refused",
  });
}

/** A file that has been unpacked before is only copied. */
async function importFile(
  paths: HostPaths,
  path: string,
): Promise<ImportedLayer> {
  const readSinceMs = Date.now();
  using file = openRegular(path);
  makePrivate(paths.sources);
  using _lock = await lockSource(paths, path);
  const known = await copyKnown(paths, path, file);
  if (known !== undefined) return known;
  const size = fstat(file.number).sizeBytes;
  const layer = await takeLayer(paths, {
    label: path,
    open: (options: ArchiveOptions) =>
      openArchivePart({ label: path, file, offset: 0, size }, options),
    parents: [],
    below: undefined,
    emptiness: "refused",
    images: "refused",
  });
  recordSource(paths, { fd: file.number, readSinceMs }, layer.diffId);
  return layer;
}

/** The layer of a file that has been unpacked before and has not changed. */
async function copyKnown(
  paths: HostPaths,
  path: string,
  file: Fd,
): Promise<ImportedLayer | undefined> {
  const known = findLayer(paths, path);
  const compression = readCompression(path, file, 0);
  // No layer of an image is packed by xz: it has to be unpacked anyway.
  if (known === undefined || compression === "xz") return undefined;
  const size = fstat(file.number).sizeBytes;
  const part = { file, offset: 0, size };
  const { diffId } = known;
  const expected = compression === "none" ? diffId : undefined;
  const blob = await copyIntoStore(paths, part, expected);
  // It may have changed while it was copied.
  if (findLayer(paths, path)?.diffId !== diffId) return undefined;
  return { blob, compression, diffId };
}

/** An archive of the directory is made in the store, and unpacked from there. */
async function importDirectory(
  paths: HostPaths,
  path: string,
  epochMs: number | undefined,
): Promise<ImportedLayer> {
  using blob = new GrowingBlob(paths);
  using top = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
  using reader = new TreeReader(top, { name: ROOT });
  const size = writeArchive(
    mapEntries(reader, (entry) => {
      endIfAsked();
      return notAfter(entry, epochMs);
    }),
    blob.file.number,
  );
  return await keepLayer(paths, {
    label: path,
    blob,
    size,
    parents: [],
    below: undefined,
    emptiness: "accepted",
  });
}
