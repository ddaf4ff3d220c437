/**
 * From what the user calls an image to the directories of its layers and to
 * what it says of how to run it. On the start path.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import { NotFoundError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { ImageSettings, Platform } from "../../oci/image_spec.ts";
import { isDirectoryAt } from "../../base/path_exists.ts";
import { ensureImageLayers } from "../../storage/image_layers.ts";
import {
  type ImageSource,
  resolveImageSource,
} from "../../storage/image_source.ts";
import {
  readImageDocument,
  type StoredImage,
} from "../../storage/image_store.ts";
import { findLayer, type Layer } from "../../storage/source_record.ts";
import type { Engine } from "../engine.ts";
import { resolvePath } from "../volume.ts";
import { readTransport, type TransportSource } from "./image_transport.ts";
import type { OpenedArchive } from "./open_archive.ts";
import { findStoredImage } from "./resolve_image.ts";

/** An image that has been found; its layers may have to be unpacked. */
export type FoundImage =
  | {
    /** One of the store. */
    readonly kind: "stored";
    readonly image: StoredImage;
  }
  /** What comes on stdin. */
  | { readonly kind: "stdin" }
  /** In an archive or a directory of the host, which it is loaded from. */
  | TransportSource
  /** Files of the host; the path is absolute, without links. */
  | ImageSource;

/** An image whose layers can be mounted. */
export interface OpenedImage {
  /** Absolute paths on the host, the topmost first. */
  readonly layers: readonly string[];
  /** How to run it. */
  readonly settings: ImageSettings;
  /** Which image of the store it is; absent for files of the host. */
  readonly imageId?: Digest;
  readonly imageManifest?: Digest;
  /** What it runs on, if it says so. */
  readonly platform?: Platform;
}

/** What finding an image needs to know. */
type Surroundings = Pick<Engine, "paths" | "cwd" | "imagePath">;

/**
 * Finds an image without touching it: a path that says so, an image of the
 * store, or a file of the image path.
 *
 * @throws {NotFoundError} If there is no such image.
 */
export async function findImage(
  engine: Surroundings,
  name: string,
): Promise<FoundImage> {
  if (name === "-") return { kind: "stdin" };
  const image = /^[./~]/.test(name)
    ? undefined
    : await findStoredImage(engine.paths, name);
  if (image !== undefined) return { kind: "stored", image };
  const transport = readTransport(name, engine.cwd);
  if (transport !== undefined) return transport;
  const source = resolveImageSource(name, engine.imagePath);
  const path = resolvePath(engine.cwd, source.path);
  // Where the file is a link, its target is what has been unpacked before.
  return { ...source, path: realPath(path, name) };
}

/** As {@linkcode findImage}; `undefined` if there is none. */
export async function tryFindImage(
  engine: Surroundings,
  name: string,
): Promise<FoundImage | undefined> {
  try {
    return await findImage(engine, name);
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

/**
 * Whether an image is read whenever a container is made of it, which may take
 * long: nothing tells that it has been read before.
 */
export function isReadEachTime(found: FoundImage): boolean {
  return found.kind === "stdin" ||
    found.kind === "images" && isDirectoryAt(found.path);
}

/**
 * Unpacks an image unless that has been done, and reads how to run it.
 *
 * @throws {IntegrityError} If its archive is damaged.
 */
export async function openImage(
  { paths }: Pick<Engine, "paths">,
  found: FoundImage,
): Promise<OpenedImage> {
  switch (found.kind) {
    case "directory":
      return { layers: [found.path], settings: {} };
    case "archive": {
      const layer = findLayer(paths, found.path);
      if (layer !== undefined) return openLayer(layer);
      const { openArchiveImage } = await import("./open_archive.ts");
      return await openEither(paths, await openArchiveImage(paths, found.path));
    }
    case "images": {
      const { ensureArchivedImage } = await import("./open_archive.ts");
      return await openStored(paths, await ensureArchivedImage(paths, found));
    }
    case "stdin": {
      const { openStdinImage } = await import("./open_stdin.ts");
      return await openEither(paths, await openStdinImage(paths));
    }
    case "stored":
      return await openStored(paths, found.image);
  }
}

async function openEither(
  paths: HostPaths,
  opened: OpenedArchive,
): Promise<OpenedImage> {
  return opened.kind === "layer"
    ? openLayer(opened.layer)
    : await openStored(paths, opened.image);
}

function openLayer({ directory }: Layer): OpenedImage {
  return { layers: [directory], settings: {} };
}

async function openStored(
  paths: HostPaths,
  image: StoredImage,
): Promise<OpenedImage> {
  const { config, os, architecture } = readImageDocument(paths, image);
  return {
    layers: await ensureImageLayers(paths, image),
    settings: config,
    platform: { os, architecture },
    imageId: image.config.digest,
    imageManifest: image.manifest.digest,
  };
}

function realPath(path: string, name: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new NotFoundError(`Unable to find image "${name}"`, { cause: error });
  }
}
