/**
 * What there is of a path that may be made later.
 *
 * @module
 */

/**
 * The longest beginning of a path that exists.
 *
 * @param path Absolute.
 * @returns At least `/`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(existingPart("/proc/none/of/this"), "/proc");
 * ```
 */
export function existingPart(path: string): string {
  for (let part = path; part !== ""; part = part.replace(/\/+[^/]*$/, "")) {
    try {
      Deno.statSync(part);
      return part;
    } catch {
      // Not there, or not for us: a part of it may be.
    }
  }
  return "/";
}

/** A name there is not yet, in what exists of a path. */
export function trialPath(path: string): string {
  const parent = existingPart(path).replace(/\/$/, "");
  return `${parent}/.tsdocker-doctor-${crypto.randomUUID()}`;
}
