/**
 * Content to a registry: not sent if it is there or can be mounted there from
 * another repository; else in one go, which goes on where it broke.
 *
 * @module
 * @see distribution-spec 1.1, "Pushing blobs", "Mounting a blob from another
 * repository"
 */
import type { Descriptor } from "../oci/image_spec.ts";
import { RegistryError } from "./registry_error.ts";
import { PassingError, persist } from "./retry.ts";
import type { RegistrySession } from "./session.ts";

const OK = 200;
const CREATED = 201;
const ACCEPTED = 202;
const NO_CONTENT = 204;
const BAD_REQUEST = 400;
const NOT_FOUND = 404;

/** Content to push. */
export interface BlobSource {
  readonly digest: Descriptor["digest"];
  readonly size: number;
  /** The content from an offset on; may be called again. */
  read(offset: number): AsyncIterable<Uint8Array<ArrayBuffer>>;
  /** Told how much the registry may have by now. */
  onProgress?(sentBytes: number): void;
}

/** What became of it. */
export type Uploaded =
  | { readonly kind: "existed" | "pushed" }
  | { readonly kind: "mounted"; readonly from: string };

/** Where content goes, and where the registry may have it already. */
export interface UploadPlace {
  readonly repository: string;
  /** Other repositories of the registry that should have it. */
  readonly candidates: readonly string[];
}

/**
 * Uploads a blob.
 *
 * @throws {RegistryError} If the registry does not take it.
 */
export async function uploadBlob(
  session: RegistrySession,
  place: UploadPlace,
  blob: BlobSource,
): Promise<Uploaded> {
  if (await exists(session, place.repository, blob)) return { kind: "existed" };
  for (const from of place.candidates) {
    const answer = await mount(session, place.repository, { blob, from });
    if (answer === undefined) continue;
    if (answer === "mounted") return { kind: "mounted", from };
    // It began an upload instead, as if nothing had been said of mounting.
    await send(session, place.repository, { blob, location: answer });
    return { kind: "pushed" };
  }
  const location = await begin(session, place.repository, { blob });
  if (location === "mounted") return { kind: "existed" };
  await send(session, place.repository, { blob, location });
  return { kind: "pushed" };
}

async function exists(
  session: RegistrySession,
  repository: string,
  { digest }: BlobSource,
): Promise<boolean> {
  const response = await session.ask({
    method: "HEAD",
    path: `${session.pathOf(repository)}/blobs/${digest}`,
    scopes: [session.scope(repository, "pull,push")],
    attempt: `Cannot look for ${digest}`,
    expected: [OK, NOT_FOUND],
  });
  await response.body?.cancel();
  return response.status === OK;
}

/** `undefined` if the registry will not hear of it. */
async function mount(
  session: RegistrySession,
  repository: string,
  beginning: Beginning,
): Promise<URL | "mounted" | undefined> {
  try {
    return await begin(session, repository, beginning);
  } catch (error) {
    // Such as: who may push here may not read there.
    const isRefused = error instanceof RegistryError &&
      !(error instanceof PassingError) && error.status >= BAD_REQUEST;
    if (isRefused) return undefined;
    throw error;
  }
}

interface Beginning {
  readonly blob: BlobSource;
  /** The repository to mount it from. */
  readonly from?: string;
}

/** Begins an upload, which may turn out to be unnecessary. */
async function begin(
  session: RegistrySession,
  repository: string,
  { blob: { digest }, from }: Beginning,
): Promise<URL | "mounted"> {
  const query = from === undefined
    ? ""
    : `?mount=${digest}&from=${encodeURIComponent(session.pathOf(from))}`;
  const response = await session.ask({
    method: "POST",
    path: `${session.pathOf(repository)}/blobs/uploads/${query}`,
    scopes: [
      session.scope(repository, "pull,push"),
      ...(from === undefined ? [] : [session.scope(from, "pull")]),
    ],
    attempt: `Cannot begin to upload ${digest}`,
    expected: [CREATED, ACCEPTED],
    headers: { "content-length": "0" },
  });
  await response.body?.cancel();
  if (response.status === CREATED) return "mounted";
  return await locationOf(session, response, digest);
}

interface Sending {
  readonly blob: BlobSource;
  readonly location: URL;
}

async function send(
  session: RegistrySession,
  repository: string,
  sending: Sending,
): Promise<void> {
  const { patience, signal } = session.surroundings;
  const { blob } = sending;
  let location = sending.location;
  let isFirst = true;
  await persist(patience, signal, async (onProgress) => {
    let offset = 0;
    if (!isFirst) {
      const state = await whereItBroke(session, repository, { blob, location });
      ({ offset, location } = state);
    }
    isFirst = false;
    blob.onProgress?.(offset);
    if (offset < blob.size || blob.size === 0) {
      location = await sendFrom(session, repository, {
        blob,
        location,
        offset,
      });
      onProgress();
    }
    await finish(session, repository, { blob, location });
  });
  blob.onProgress?.(blob.size);
}

interface Continuation extends Sending {
  readonly offset: number;
}

/** How much of it the registry has; an upload it has forgotten begins anew. */
async function whereItBroke(
  session: RegistrySession,
  repository: string,
  { blob, location }: Sending,
): Promise<Omit<Continuation, "blob">> {
  const { digest } = blob;
  const response = await session.ask({
    method: "GET",
    path: location,
    scopes: [session.scope(repository, "pull,push")],
    attempt: `Cannot go on to upload ${digest}`,
    expected: [OK, NO_CONTENT, ACCEPTED, NOT_FOUND, 405],
  });
  await response.body?.cancel();
  const range = /^(?:bytes=)?0-(\d+)$/.exec(
    response.headers.get("range") ?? "",
  );
  const offset = Number(range?.[1] ?? NaN) + 1;
  if (response.status <= NO_CONTENT && offset <= blob.size) {
    const next = await locationOf(session, response, digest, location);
    // "0-0" is what a registry says of one byte, and of none.
    return { location: next, offset: offset === 1 ? 0 : offset };
  }
  const anew = await begin(session, repository, { blob });
  return anew === "mounted"
    ? { location, offset: blob.size }
    : { location: anew, offset: 0 };
}

async function sendFrom(
  session: RegistrySession,
  repository: string,
  { blob, location, offset }: Continuation,
): Promise<URL> {
  const { digest, size } = blob;
  let heard = (): void => {};
  let at = offset;
  const content = async function* (): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    for await (const piece of blob.read(offset)) {
      yield piece;
      at += piece.length;
      heard();
      blob.onProgress?.(at);
    }
  };
  const response = await session.askOnce({
    method: "PATCH",
    path: location,
    scopes: [session.scope(repository, "pull,push")],
    attempt: `Cannot upload ${digest}`,
    expected: [ACCEPTED, CREATED, NO_CONTENT],
    headers: {
      "content-type": "application/octet-stream",
      ...(offset === 0
        ? {}
        : { "content-range": `${offset}-${Math.max(offset, size - 1)}` }),
    },
    body: ReadableStream.from(content()),
    listen: (tell) => void (heard = tell),
  });
  await response.body?.cancel();
  return await locationOf(session, response, digest, location);
}

async function finish(
  session: RegistrySession,
  repository: string,
  { blob: { digest }, location }: Sending,
): Promise<void> {
  const url = new URL(location);
  url.searchParams.set("digest", digest);
  const response = await session.askOnce({
    method: "PUT",
    path: url,
    scopes: [session.scope(repository, "pull,push")],
    attempt: `Cannot finish to upload ${digest}`,
    expected: [CREATED, ACCEPTED, NO_CONTENT],
    headers: { "content-length": "0" },
  });
  await response.body?.cancel();
}

async function locationOf(
  session: RegistrySession,
  response: Response,
  digest: string,
  before?: URL,
): Promise<URL> {
  const header = response.headers.get("location");
  const base = await session.base();
  if (header !== null && URL.canParse(header, base)) {
    return new URL(header, base);
  }
  if (before !== undefined) return before;
  throw new PassingError(
    response.status,
    undefined,
    `Cannot upload ${digest}: the registry does not say where to`,
  );
}
