/**
 * Runs what comes on stdin: the files of an image, or an archive of images.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { fstat, isSameFile } from "../../../ffi/calls/stat.ts";
import { AT_FDCWD } from "../../../ffi/constants/fcntl.ts";
import { digestHex } from "../../base/digest.ts";
import { IntegrityError, UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { beginsAsImages } from "../../storage/archive/image_name.ts";
import { keepImageStream } from "../../storage/archive/open_image_files.ts";
import { openStdinFile } from "../../storage/archive/origin.ts";
import { type Archive, openArchiveStream } from "../../storage/archive_file.ts";
import {
  GrowingTree,
  makePrivate,
  OPEN_DIRECTORY,
} from "../../storage/growing_tree.ts";
import { readImage } from "../../storage/image_store.ts";
import { unpackFrom } from "../../storage/layer_unpack.ts";
import { type Layer, layerAt, tryStat } from "../../storage/source_record.ts";
import { sweepTemporaryTrees } from "../../storage/temporary_trees.ts";
import { TarReader } from "../../storage/tar/reader.ts";
import { loadImages } from "./load.ts";
import {
  chooseImage,
  openArchiveImage,
  type OpenedArchive,
} from "./open_archive.ts";

const LABEL = "-";
const STDIN_LINK = "/proc/self/fd/0";

/**
 * Reads stdin to its end, unless it is a file that has been read before.
 *
 * @throws {UsageError} If it is a terminal.
 * @throws {IntegrityError} If it is malformed or hostile.
 * @throws {ConflictError} If it has several images.
 */
export async function openStdinImage(paths: HostPaths): Promise<OpenedArchive> {
  if (Deno.stdin.isTerminal()) {
    throw new UsageError("cannot read an image from a terminal", {
      advice: "tsdocker run - COMMAND < image.tar",
    });
  }
  const path = pathOfStdin();
  if (path !== undefined) return await openArchiveImage(paths, path);
  using archive = await openArchiveStream({ kind: "stdin" }, LABEL);
  using reader = new TarReader(archive, LABEL);
  if (!await isOfImages(reader, archive)) {
    return { kind: "layer", layer: await unpackStdin(paths, reader, archive) };
  }
  using files = await keepImageStream(paths, { archive, reader, label: LABEL });
  const loaded = await loadImages(paths, files);
  if (loaded === undefined) {
    throw new IntegrityError(
      `Cannot load "${LABEL}": it begins as an archive of images, and has none`,
      { advice: "write it to a file and run that" },
    );
  }
  const images = loaded.map(({ image, names }) => ({
    manifest: image.manifest.digest,
    names,
  }));
  const { manifest } = chooseImage(images, undefined, LABEL);
  const image = readImage(paths, manifest);
  if (image === undefined) throw new TypeError("It has just been loaded");
  return { kind: "image", image };
}

/** The name of the file that stdin is, if that still leads to it. */
function pathOfStdin(): string | undefined {
  using file = openStdinFile();
  if (file === undefined) return undefined;
  const path = Deno.readLinkSync(STDIN_LINK);
  const named = tryStat(path);
  const open = fstat(file.number);
  return named !== undefined && isSameFile(named, open) ? path : undefined;
}

async function isOfImages(
  reader: TarReader,
  archive: Archive,
): Promise<boolean> {
  try {
    return beginsAsImages(reader);
  } catch (error) {
    throw await archive.explainEnd() ?? error;
  }
}

async function unpackStdin(
  paths: HostPaths,
  reader: TarReader,
  archive: Archive,
): Promise<Layer> {
  makePrivate(paths.layers);
  using store = openat(AT_FDCWD, paths.layers, OPEN_DIRECTORY);
  sweepTemporaryTrees(paths);
  using tree = new GrowingTree(paths.layers, store);
  try {
    unpackFrom(reader, tree.root, {
      archive: LABEL,
      parents: [],
      emptiness: "refused",
    });
  } catch (error) {
    throw await archive.explainEnd() ?? error;
  }
  const diffId = await archive.finish();
  tree.publish(digestHex(diffId));
  return layerAt(paths, diffId);
}
