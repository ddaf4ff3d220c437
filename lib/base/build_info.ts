/**
 * What this program is: its version, and how it was built.
 *
 * @module
 */

/** The form the program runs in. */
export type BuildKind = "compiled" | "portable" | "source";

/** What `tsdocker version` tells. */
export interface BuildInfo {
  /** The release, such as `0.1.0`. */
  readonly version: string;
  /** The commit it was built from, or `unknown`. */
  readonly commit: string;
  /** One self-contained binary, one unpacking file, or TypeScript. */
  readonly kind: BuildKind;
  /** The Deno it runs on, such as `2.9.6`. */
  readonly denoVersion: string;
  /** The architecture as Deno spells it: `x86_64`, `aarch64`. */
  readonly arch: string;
}

/** The release this source tree is, or will be. */
export const VERSION = "0.1.0";

/**
 * What only the build knows. `tools/build/bundle.ts` writes its declaration
 * ahead of the bundle; in the source tree nothing declares it.
 */
declare const TSDOCKER_BUILD: Pick<BuildInfo, "kind" | "commit"> | undefined;

/**
 * Describes the running program. Reads no file.
 *
 * @example From the source tree
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(buildInfo().kind, "source");
 * ```
 */
export function buildInfo(): BuildInfo {
  const built = typeof TSDOCKER_BUILD === "undefined"
    ? { kind: "source", commit: "unknown" } as const
    : TSDOCKER_BUILD;
  return {
    version: VERSION,
    commit: built.commit,
    kind: built.kind,
    denoVersion: Deno.version.deno,
    arch: Deno.build.arch,
  };
}
