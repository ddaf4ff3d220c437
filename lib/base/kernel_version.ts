/**
 * Versions of Linux, as uname(2) tells them, and which of two is newer.
 *
 * @module
 */

/** The two numbers of a version that tell what a kernel can do. */
export interface Kernel {
  readonly major: number;
  readonly minor: number;
}

/**
 * Reads a kernel's release.
 *
 * @param release Such as `6.1.0-18-amd64`; of what is none, the version is 0.0.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseKernel("6.1.0-18-amd64"), { major: 6, minor: 1 });
 * ```
 */
export function parseKernel(release: string): Kernel {
  const [, major, minor] = /^(\d+)(?:\.(\d+))?/.exec(release) ?? [];
  return { major: Number(major ?? 0), minor: Number(minor ?? 0) };
}

/**
 * Whether a kernel is of a version or newer.
 *
 * @param version Such as `5.19`.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isKernelAtLeast({ major: 6, minor: 1 }, "5.19"));
 * ```
 */
export function isKernelAtLeast(
  { major, minor }: Kernel,
  version: string,
): boolean {
  const wanted = parseKernel(version);
  return major > wanted.major ||
    (major === wanted.major && minor >= wanted.minor);
}
