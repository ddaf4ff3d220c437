/**
 * Brings an image from a registry into the store, unpacked.
 *
 * @module
 */
import type { Digest } from "../../base/digest.ts";
import { IntegrityError, NotFoundError } from "../../base/errors.ts";
import type { ImageDocument, Platform } from "../../oci/image_spec.ts";
import { parseImageDocument } from "../../oci/parse_image.ts";
import { formatPlatform, hostPlatform, runsOn } from "../../oci/platform.ts";
import {
  familiarName,
  familiarRepository,
  type ImageReference,
  storedName,
} from "../../oci/reference.ts";
import { downloadDocument } from "../../registry/download.ts";
import { endpointsOf } from "../../registry/endpoint.ts";
import { findImage, type FoundImage } from "../../registry/find_image.ts";
import { RegistryError } from "../../registry/registry_error.ts";
import { RegistrySession, type Surroundings } from "../../registry/session.ts";
import { blobSize, putBlob, readBlob } from "../../storage/content_store.ts";
import {
  addImage,
  readImage,
  readReference,
  setReference,
  type StoredImage,
} from "../../storage/image_store.ts";
import type { Engine } from "../engine.ts";
import { fetchLayers } from "./fetch_layers.ts";
import { recordImageEvent } from "./image_event.ts";
import { holdLayers } from "./hold_layers.ts";
import type { TransferEvents } from "./pull_events.ts";
import type { RegistryAccess } from "./registry_access.ts";

/** What to pull. */
export interface PullRequest {
  readonly reference: ImageReference;
  /** Absent means that of this machine. */
  readonly platform?: Platform;
  readonly events: TransferEvents;
}

/** What has been pulled. */
export interface Pulled {
  readonly image: StoredImage;
  /** The name that the image has now, in full. */
  readonly name: string;
  /** What the registry calls it: of the manifest, or of the list it is in. */
  readonly digest: Digest;
  /** What it runs on, which may be another if none was asked for. */
  readonly platform: Platform;
  /** Whether the name meant another image before, or none. */
  readonly isNew: boolean;
}

/**
 * Pulls an image. Safe against other processes that do the same: what one
 * downloads, others wait for. What was downloaded stays if it fails.
 *
 * @throws {NotFoundError} If there is no such image, or none for the platform.
 * @throws {RegistryError} If the registry does not give it.
 * @throws {IntegrityError} If something is not what its digest says.
 */
export async function pullImage(
  { paths }: Pick<Engine, "paths">,
  access: RegistryAccess,
  request: PullRequest,
): Promise<Pulled> {
  const { reference, events } = request;
  using _held = holdLayers(paths);
  const ending = new AbortController();
  const signal = AbortSignal.any([access.signal, ending.signal]);
  const { found, sources } = await findAnywhere({ ...access, signal }, request);
  await putBlob(paths, found.bytes);
  const { config } = found.manifest;
  const { repository } = reference;
  const label = familiarName(reference);
  if (blobSize(paths, config.digest) !== config.size) {
    const bytes = await fromAny(
      sources,
      (session) => downloadDocument(session, repository, config),
    );
    await putBlob(paths, bytes);
  }
  const document = parseImageDocument(
    readBlob(paths, config.digest),
    `config of "${label}"`,
  );
  checkPlatform(document, request);
  const { layers } = found.manifest;
  const { diff_ids: diffIds } = document.rootfs;
  if (layers.length !== diffIds.length) {
    throw new IntegrityError(
      `Cannot use "${label}": its manifest has ${layers.length} layers, its config ${diffIds.length}`,
    );
  }
  const stored = layers.map((blob, at) => ({
    blob,
    diffId: diffIds[at] ?? blob.digest,
  }));
  await fetchLayers(paths, {
    layers: stored,
    sources,
    repository,
    events,
    label,
    ending,
  });
  const image = await addImage(paths, found.descriptor);
  const name = storedName(reference);
  const before = await readReference(paths, name);
  await setReference(paths, name, image.manifest.digest);
  recordImageEvent(paths, { action: "pull", id: image.config.digest, name });
  return {
    image,
    name,
    digest: found.top.digest,
    platform: { os: document.os, architecture: document.architecture },
    isNew: before !== image.manifest.digest,
  };
}

/**
 * Whether a registry has another image of a name than the store.
 *
 * @throws {RegistryError} If the registry does not say.
 */
export async function hasNewer(
  { paths }: Pick<Engine, "paths">,
  access: RegistryAccess,
  request: PullRequest,
): Promise<boolean> {
  const { found } = await findAnywhere(access, request);
  const known = await readReference(paths, storedName(request.reference));
  return known !== found.descriptor.digest ||
    readImage(paths, known) === undefined;
}

interface FoundSomewhere {
  readonly found: FoundImage;
  /** Where it was found, and where it may be as well. */
  readonly sources: readonly RegistrySession[];
}

/** A mirror that does not have it, or does not work, is passed over. */
async function findAnywhere(
  access: Surroundings,
  { reference, platform = hostPlatform(), events }: PullRequest,
): Promise<FoundSomewhere> {
  const { registry, repository, tag, digest } = reference;
  const sessions = endpointsOf(registry, access.registries)
    .map((endpoint) => new RegistrySession(endpoint, access));
  const place = {
    repository,
    reference: digest ?? tag ?? "latest",
    label: familiarName(reference),
  };
  for (const [at, session] of sessions.entries()) {
    try {
      const found = await findImage(session, place, platform);
      return { found, sources: sessions.slice(at) };
    } catch (error) {
      if (at === sessions.length - 1) throw inDockersWords(error, reference);
      access.signal.throwIfAborted();
      const reason = error instanceof Error ? error.message : String(error);
      events.onWarning?.(`Mirror "${session.endpoint.host}": ${reason}`);
    }
  }
  throw new TypeError("A registry has at least one endpoint");
}

async function fromAny<T>(
  sessions: readonly RegistrySession[],
  ask: (session: RegistrySession) => Promise<T>,
): Promise<T> {
  let failure: unknown;
  for (const session of sessions) {
    try {
      return await ask(session);
    } catch (error) {
      session.surroundings.signal.throwIfAborted();
      failure = error;
    }
  }
  throw failure;
}

/** What scripts look for in docker's messages. */
function inDockersWords(error: unknown, reference: ImageReference): unknown {
  if (!(error instanceof RegistryError)) return error;
  const { status, message } = error;
  if (status === 401 || status === 403) {
    return new RegistryError(
      status,
      error.code,
      `pull access denied for ${familiarRepository(reference)}, repository ` +
        `does not exist or may require 'tsdocker login': ${message}`,
      { cause: error },
    );
  }
  if (status !== 404) return error;
  return new NotFoundError(
    `manifest for ${familiarName(reference)} not found: ${message}`,
    { cause: error },
  );
}

/**
 * A manifest that is in no list is for whatever its config says.
 *
 * @throws {NotFoundError} If the user asked for something else.
 */
function checkPlatform(
  document: ImageDocument,
  { reference, platform }: PullRequest,
): void {
  if (platform === undefined || runsOn(document, platform)) return;
  throw new NotFoundError(
    `image with reference ${familiarName(reference)} was found but does ` +
      `not match the specified platform: wanted ${
        formatPlatform(platform)
      }, actual: ${formatPlatform(document)}`,
  );
}
