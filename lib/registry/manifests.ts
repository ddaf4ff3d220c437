/**
 * Manifests by tag or digest: asked for, verified, and put.
 *
 * @module
 * @see distribution-spec 1.1, "Pulling manifests", "Pushing Manifests"
 */
import { type Digest, digestOf, isDigest } from "../base/digest.ts";
import { IntegrityError } from "../base/errors.ts";
import type {
  Descriptor,
  ImageIndex,
  ImageManifest,
} from "../oci/image_spec.ts";
import { INDEX_TYPES, MANIFEST_TYPES } from "../oci/media_types.ts";
import { MAX_DOCUMENT_BYTES, parseManifest } from "../oci/parse_image.ts";
import { RegistryError } from "./registry_error.ts";
import type { RegistrySession } from "./session.ts";

/** A manifest or an index as it came, and what it says. */
export interface FetchedManifest {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly descriptor: Descriptor;
  readonly content: ImageManifest | ImageIndex;
}

/** Where a manifest is in a registry. */
export interface ManifestPlace {
  readonly repository: string;
  /** A tag or a digest. */
  readonly reference: string;
  /** What messages call it: `busybox:latest`. */
  readonly label: string;
}

const ACCEPT = [...MANIFEST_TYPES, ...INDEX_TYPES].join(", ");
/** Formats of before there were digests of images; none is in use any more. */
const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+/;

/**
 * Gets a manifest or an index.
 *
 * @throws {RegistryError} If the registry does not give it.
 * @throws {IntegrityError} If its digest is not the one asked for, or the one
 * that the registry tells.
 * @throws {SpecError} If it is malformed.
 */
export async function fetchManifest(
  session: RegistrySession,
  { repository, reference, label }: ManifestPlace,
): Promise<FetchedManifest> {
  const response = await session.ask({
    method: "GET",
    path: `${session.pathOf(repository)}/manifests/${reference}`,
    scopes: [session.scope(repository, "pull")],
    attempt: `Cannot get the manifest of "${label}"`,
    expected: [200],
    headers: { accept: ACCEPT },
  });
  const type = mediaTypeOf(response);
  const told = response.headers.get("docker-content-digest");
  const bytes = await session.whole(response, MAX_DOCUMENT_BYTES);
  const digest = await digestOf(bytes);
  if (isDigest(reference)) assertSame(digest, reference, label);
  if (told !== null && isDigest(told)) assertSame(digest, told, label);
  if (isSchema1(type, bytes)) throw schema1Refused(label);
  const content = parseManifest(bytes, `manifest of "${label}"`, type);
  const { mediaType } = content;
  return {
    bytes,
    descriptor: { mediaType, digest, size: bytes.length },
    content,
  };
}

/**
 * Puts a manifest whose content the registry has.
 *
 * @throws {IntegrityError} If the registry took it for something else.
 * @throws {RegistryError} If it did not take it.
 */
export async function putManifest(
  session: RegistrySession,
  { repository, reference, label }: ManifestPlace,
  { bytes, descriptor }: Pick<FetchedManifest, "bytes" | "descriptor">,
): Promise<void> {
  const response = await session.ask({
    method: "PUT",
    path: `${session.pathOf(repository)}/manifests/${reference}`,
    scopes: [session.scope(repository, "pull,push")],
    attempt: `Cannot push the manifest of "${label}"`,
    expected: [200, 201, 202],
    headers: { "content-type": descriptor.mediaType },
    body: bytes,
  });
  await response.body?.cancel();
  const told = response.headers.get("docker-content-digest");
  if (told === null || told === descriptor.digest) return;
  throw new IntegrityError(
    `Cannot push the manifest of "${label}": the registry took it for ${told}, not ${descriptor.digest}`,
  );
}

function mediaTypeOf(response: Response): string | undefined {
  const header = response.headers.get("content-type")?.split(";")[0]?.trim();
  // What servers call files of which they know nothing.
  const isGeneric = header === undefined || header === "" ||
    header === "application/json" || header === "text/plain" ||
    header === "application/octet-stream";
  return isGeneric ? undefined : header;
}

function assertSame(actual: Digest, expected: Digest, label: string): void {
  if (actual === expected) return;
  throw new IntegrityError(
    `Cannot use the manifest of "${label}": its digest is ${actual} and not ${expected}`,
  );
}

function isSchema1(
  type: string | undefined,
  bytes: Uint8Array<ArrayBuffer>,
): boolean {
  if (type !== undefined && SCHEMA_1.test(type)) return true;
  const START_BYTES = 200;
  const start = new TextDecoder().decode(bytes.subarray(0, START_BYTES));
  return /^\s*\{\s*"schemaVersion"\s*:\s*1\b/.test(start);
}

function schema1Refused(label: string): RegistryError {
  return new RegistryError(
    200,
    undefined,
    `Cannot use the manifest of "${label}": it is of schema 1, which no registry should hand out any more`,
    { advice: "push the image again with a newer program" },
  );
}
