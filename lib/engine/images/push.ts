/**
 * Brings an image of the store to a registry, as it is: its digest there is
 * the one here.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import { NotFoundError, UsageError } from "../../base/errors.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import type { Descriptor } from "../../oci/image_spec.ts";
import {
  familiarName,
  familiarRepository,
  fullName,
  type ImageReference,
  parseReference,
} from "../../oci/reference.ts";
import { endpointOf } from "../../registry/endpoint.ts";
import { putManifest } from "../../registry/manifests.ts";
import { RegistryError } from "../../registry/registry_error.ts";
import { RegistrySession, type Surroundings } from "../../registry/session.ts";
import { Slots } from "../../registry/slots.ts";
import { uploadBlob, type Uploaded } from "../../registry/upload.ts";
import { blobPath, readBlob } from "../../storage/content_store.ts";
import {
  listReferences,
  readImage,
  readReference,
  type StoredImage,
} from "../../storage/image_store.ts";
import type { Engine } from "../engine.ts";
import { recordImageEvent } from "./image_event.ts";
import { holdLayers } from "./hold_layers.ts";
import type { LayerState, TransferEvents } from "./pull_events.ts";

/** As many as docker's default for pushes. */
const MAX_UPLOADS = 5;
/** Asking many repositories for a layer takes longer than sending it. */
const MAX_CANDIDATES = 2;
const READ_BYTES = 256 * 1024;

/** What to push. */
export interface PushRequest {
  readonly reference: ImageReference;
  readonly events: TransferEvents;
}

/** What has been pushed. */
export interface Pushed {
  readonly tag: string;
  /** Of the manifest. */
  readonly digest: Digest;
  /** Of the manifest, in bytes. */
  readonly size: number;
}

/**
 * Pushes an image under its name.
 *
 * @throws {NotFoundError} In docker's words, if there is no image of the name.
 * @throws {RegistryError} If the registry does not take it.
 */
export async function pushImage(
  { paths }: Pick<Engine, "paths">,
  access: Surroundings,
  { reference, events }: PushRequest,
): Promise<Pushed> {
  using _held = holdLayers(paths);
  const { tag, digest } = reference;
  if (tag === undefined || digest !== undefined) {
    throw new UsageError("cannot push a digest reference");
  }
  const image = await findByName(paths, reference);
  const ending = new AbortController();
  const signal = AbortSignal.any([access.signal, ending.signal]);
  const session = new RegistrySession(
    endpointOf(reference.registry, access.registries),
    { ...access, signal },
  );
  const upload: Upload = { session, reference, events, image };
  try {
    await uploadAll(paths, upload, (why) => ending.abort(why));
    const { manifest } = image;
    await putManifest(session, {
      repository: reference.repository,
      reference: tag,
      label: familiarName(reference),
    }, { bytes: readBlob(paths, manifest.digest), descriptor: manifest });
    const name = fullName(reference);
    recordImageEvent(paths, { action: "push", id: image.config.digest, name });
    return { tag, digest: manifest.digest, size: manifest.size };
  } catch (error) {
    throw inDockersWords(error, reference);
  }
}

interface Upload {
  readonly session: RegistrySession;
  readonly reference: ImageReference;
  readonly events: TransferEvents;
  readonly image: StoredImage;
}

async function findByName(
  paths: HostPaths,
  reference: ImageReference,
): Promise<StoredImage> {
  const digest = await readReference(paths, fullName(reference));
  const image = digest && readImage(paths, digest);
  if (image !== undefined) return image;
  const name = familiarName(reference);
  throw new NotFoundError(
    `An image does not exist locally with the tag: ${
      familiarRepository(reference)
    }`,
    { advice: `tsdocker tag IMAGE ${name}` },
  );
}

async function uploadAll(
  paths: HostPaths,
  upload: Upload,
  end: (why: unknown) => void,
): Promise<void> {
  const { layers, config } = upload.image;
  const blobs = new Map<Digest, Descriptor>(
    layers.map(({ blob }) => [blob.digest, blob]),
  );
  upload.events.onLayers?.([...blobs.keys()]);
  const slots = new Slots(MAX_UPLOADS);
  const uploads = [...blobs.values(), config].map(async (blob) => {
    using _slot = await slots.take();
    await uploadOne(paths, upload, blob);
  });
  try {
    await Promise.all(uploads);
  } catch (error) {
    end(error);
    await Promise.allSettled(uploads);
    throw error;
  }
}

async function uploadOne(
  paths: HostPaths,
  { session, reference, events, image }: Upload,
  blob: Descriptor,
): Promise<void> {
  const { digest, size } = blob;
  // The config is not of the layers that are shown.
  const isShown = digest !== image.config.digest;
  const tell = (state: LayerState, bytes: number, from?: string): void => {
    if (!isShown) return;
    const origin = from === undefined ? {} : { from };
    events.onLayer?.({ digest, state, bytes, size, ...origin });
  };
  tell("waiting", 0);
  const uploaded = await uploadBlob(session, {
    repository: reference.repository,
    candidates: repositoriesWith(paths, digest, reference),
  }, {
    digest,
    size,
    read: (offset) => readPieces(blobPath(paths, digest), offset),
    onProgress: (bytes) => tell("uploading", bytes),
  });
  tell(STATES[uploaded.kind], size, sourceOf(uploaded));
}

const STATES = {
  existed: "exists",
  pushed: "pushed",
  mounted: "mounted",
} as const satisfies Record<Uploaded["kind"], LayerState>;

function sourceOf(uploaded: Uploaded): string | undefined {
  return uploaded.kind === "mounted" ? uploaded.from : undefined;
}

/** Other repositories of the registry that an image with the blob is named after. */
function repositoriesWith(
  paths: HostPaths,
  blob: Digest,
  { registry, repository }: ImageReference,
): string[] {
  const found = new Set<string>();
  for (const { name, manifest } of listReferences(paths)) {
    const other = parseReference(name);
    if (other.registry !== registry || other.repository === repository) {
      continue;
    }
    const image = readImage(paths, manifest);
    const hasIt = image?.layers.some((layer) => layer.blob.digest === blob);
    if (hasIt) found.add(other.repository);
  }
  return [...found].slice(0, MAX_CANDIDATES);
}

async function* readPieces(
  path: string,
  offset: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  using file = await Deno.open(path);
  await file.seek(offset, Deno.SeekMode.Start);
  for (;;) {
    const buffer = new Uint8Array(READ_BYTES);
    const count = await file.read(buffer);
    if (count === null) return;
    yield buffer.subarray(0, count);
  }
}

/** What scripts look for in docker's messages. */
function inDockersWords(error: unknown, reference: ImageReference): unknown {
  if (!(error instanceof RegistryError)) return error;
  const { status, message, code } = error;
  if (status !== 401 && status !== 403) return error;
  return new RegistryError(
    status,
    code,
    `push access denied for ${familiarRepository(reference)}: ${message}`,
    { cause: error, advice: `tsdocker login ${reference.registry}` },
  );
}
