/**
 * Names of images, as docker reads and shows them.
 *
 * @module
 * @see distribution-spec 1.1, "Pulling manifests", `<name>` and `<reference>`
 */
import { type Digest, isDigest } from "../base/digest.ts";
import { UsageError } from "../base/errors.ts";

/** The name of an image, complete. */
export interface ImageReference {
  /** Host with an optional port. */
  readonly registry: string;
  /** Path in the registry: `library/busybox`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

/** The registry of names that mention none. */
export const DEFAULT_REGISTRY = "docker.io";
const OFFICIAL = "library/";
const DEFAULT_TAG = "latest";
const MAX_NAME_LENGTH = 255;

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const HOST =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9.-]*[a-zA-Z0-9])?|\[[0-9a-fA-F:]+\])(?::\d+)?$/;
const TAG = /^\w[\w.-]{0,127}$/;
/** An image's id, which is no name. */
const ID = /^[0-9a-f]{64}$/;

/**
 * Reads a name. What it leaves out is docker's default: the registry, the
 * prefix of official images, and the tag `latest` if there is no digest.
 *
 * @throws {UsageError} In docker's words, if it is no name.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseReference("busybox"), {
 *   registry: "docker.io",
 *   repository: "library/busybox",
 *   tag: "latest",
 * });
 * assert.equal(parseReference("localhost:5000/a/b:1").registry, "localhost:5000");
 * assert.throws(() => parseReference("Bad"));
 * ```
 */
export function parseReference(text: string): ImageReference {
  const at = text.indexOf("@");
  const digest = at < 0 ? undefined : readDigest(text, text.slice(at + 1));
  const tagged = at < 0 ? text : text.slice(0, at);
  const colon = tagged.lastIndexOf(":");
  // One before the last slash belongs to the registry's port.
  const hasTag = colon > tagged.lastIndexOf("/");
  const name = hasTag ? tagged.slice(0, colon) : tagged;
  const tag = hasTag
    ? readTag(text, tagged.slice(colon + 1))
    : digest === undefined
    ? DEFAULT_TAG
    : undefined;
  return {
    ...readName(text, name),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** Whether a text could be the name of an image. */
export function isReference(text: string): boolean {
  try {
    parseReference(text);
    return true;
  } catch (error) {
    if (error instanceof UsageError) return false;
    throw error;
  }
}

/**
 * The name in full, the same for all spellings.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const name = fullName(parseReference("busybox:1.36"));
 * assert.equal(name, "docker.io/library/busybox:1.36");
 * ```
 */
export function fullName(reference: ImageReference): string {
  return `${reference.registry}/${reference.repository}${suffix(reference)}`;
}

/**
 * The name in full under which an image is kept: a digest leaves nothing for a
 * tag to say, as in docker.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const digest = `sha256:${"0".repeat(64)}`;
 * const name = storedName(parseReference(`busybox:1.36@${digest}`));
 * assert.equal(name, `docker.io/library/busybox@${digest}`);
 * ```
 */
export function storedName(
  { tag, digest, ...name }: ImageReference,
): string {
  return fullName({
    ...name,
    ...(digest === undefined ? tag !== undefined && { tag } : { digest }),
  });
}

/**
 * The name as people write it: without the default registry.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const name = familiarName(parseReference("docker.io/library/busybox"));
 * assert.equal(name, "busybox:latest");
 * ```
 */
export function familiarName(reference: ImageReference): string {
  return `${familiarRepository(reference)}${suffix(reference)}`;
}

/** The name without tag and digest, as people write it. */
export function familiarRepository(
  { registry, repository }: ImageReference,
): string {
  if (registry !== DEFAULT_REGISTRY) return `${registry}/${repository}`;
  const rest = repository.slice(OFFICIAL.length);
  return repository.startsWith(OFFICIAL) && !rest.includes("/")
    ? rest
    : repository;
}

function suffix({ tag, digest }: ImageReference): string {
  return (tag === undefined ? "" : `:${tag}`) +
    (digest === undefined ? "" : `@${digest}`);
}

function readName(
  text: string,
  name: string,
): Pick<ImageReference, "registry" | "repository"> {
  if (ID.test(name)) {
    throw invalid(
      text,
      "a name cannot be 64 hexadecimal characters, as an id is",
    );
  }
  const slash = name.indexOf("/");
  const first = name.slice(0, Math.max(0, slash));
  const hasRegistry = first !== "" &&
    (/[.:A-Z]/.test(first) || first === "localhost");
  const registry = hasRegistry ? first : DEFAULT_REGISTRY;
  const path = hasRegistry ? name.slice(slash + 1) : name;
  if (hasRegistry && !HOST.test(registry)) throw invalid(text);
  if (!path.split("/").every((component) => COMPONENT.test(component))) {
    if (/[A-Z]/.test(path)) {
      throw new UsageError(
        `invalid reference format: repository name (${path}) must be lowercase`,
      );
    }
    throw invalid(text);
  }
  if (name.length > MAX_NAME_LENGTH) {
    throw invalid(text, `it is longer than ${MAX_NAME_LENGTH} characters`);
  }
  // Its old name means the same registry.
  const isDefault = registry === DEFAULT_REGISTRY ||
    registry === `index.${DEFAULT_REGISTRY}`;
  return isDefault
    ? {
      registry: DEFAULT_REGISTRY,
      repository: path.includes("/") ? path : `${OFFICIAL}${path}`,
    }
    : { registry, repository: path };
}

function readTag(text: string, tag: string): string {
  if (TAG.test(tag)) return tag;
  throw invalid(text, `"${tag}" is not a tag`);
}

function readDigest(text: string, digest: string): Digest {
  if (isDigest(digest)) return digest;
  throw invalid(text, `"${digest}" is not a sha256 digest`);
}

function invalid(text: string, why?: string): UsageError {
  const reason = why === undefined ? "" : ` (${why})`;
  return new UsageError(`invalid reference format: "${text}"${reason}`, {
    advice: "NAME[:TAG], such as busybox:latest",
  });
}
