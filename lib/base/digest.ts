/**
 * Content digests, `algorithm:hex`.
 *
 * @module
 * @see image-spec 1.1, descriptor.md, "Digests"
 */

/** A digest such as `sha256:e3b0…`; only sha256 is in use. */
export type Digest = string & { readonly __brand: "Digest" };

const SHA256 = /^sha256:[0-9a-f]{64}$/;

/**
 * Brands a string as a digest.
 *
 * @throws {TypeError} If it is not `sha256:` and 64 lower-case hex digits.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
 * assert.equal(parseDigest(`sha256:${EMPTY}`), `sha256:${EMPTY}`);
 * assert.throws(() => parseDigest("sha256:1234"), TypeError);
 * ```
 */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw new TypeError(`Not a sha256 digest: "${text}"`);
  return text;
}

/** Whether a string is `sha256:` and 64 lower-case hex digits. */
export function isDigest(text: string): text is Digest {
  return SHA256.test(text);
}

/** The digest of some bytes. */
export async function digestOf(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Digest> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return `sha256:${new Uint8Array(hash).toHex()}` as Digest;
}

/** The hexadecimal part of a digest, safe as a file name. */
export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(":") + 1);
}
