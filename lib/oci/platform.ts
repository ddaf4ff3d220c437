/**
 * What an image runs on: `linux/arm64/v8`.
 *
 * @module
 * @see image-spec 1.1, image-index.md, "platform"
 */
import { UsageError } from "../base/errors.ts";
import type { Platform } from "./image_spec.ts";

/** Other words for processors, and for a variant of one. */
const SYNONYMS: ReadonlyMap<string, readonly [string, string?]> = new Map([
  ["x86_64", ["amd64"]],
  ["x86-64", ["amd64"]],
  ["aarch64", ["arm64", "v8"]],
  ["armhf", ["arm", "v7"]],
  ["armel", ["arm", "v6"]],
  ["i386", ["386"]],
]);

/** A variant that goes without saying. */
const USUAL_VARIANT: ReadonlyMap<string, string> = new Map([
  ["amd64", "v1"],
  ["arm64", "v8"],
  ["arm", "v7"],
]);

const WORD = /^[a-z0-9_.-]+$/;

/**
 * Reads a platform; one word alone is a processor of Linux.
 *
 * @throws {UsageError} If it is not one.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parsePlatform("linux/arm/v6"), {
 *   os: "linux",
 *   architecture: "arm",
 *   variant: "v6",
 * });
 * assert.equal(formatPlatform(parsePlatform("x86_64")), "linux/amd64");
 * ```
 */
export function parsePlatform(text: string): Platform {
  const words = text.toLowerCase().split("/");
  const [os = "", processor = "", named] = words.length === 1
    ? ["linux", ...words]
    : words;
  if (words.length > 3 || !words.every((word) => WORD.test(word))) {
    throw new UsageError(`invalid platform: "${text}"`, {
      advice: "OS/ARCHITECTURE[/VARIANT], such as linux/arm64",
    });
  }
  const [architecture, implied] = SYNONYMS.get(processor) ??
    [processor];
  const variant = named ?? implied;
  return { os, architecture, ...(variant === undefined ? {} : { variant }) };
}

/** Writes a platform as {@linkcode parsePlatform} reads it. */
export function formatPlatform(
  { os, architecture, variant }: Platform,
): string {
  const name = `${os}/${architecture}`;
  return variant === undefined ? name : `${name}/${variant}`;
}

/** The platform of this machine. */
export function hostPlatform(
  arch: typeof Deno.build.arch = Deno.build.arch,
): Platform {
  return parsePlatform(`linux/${arch}`);
}

/** Whether what is made for one platform runs on another. */
export function runsOn(offered: Platform, wanted: Platform): boolean {
  return offered.os === wanted.os &&
    offered.architecture === wanted.architecture &&
    variantFit(offered, wanted) !== undefined;
}

/**
 * Picks what is made for a platform, the best first: the variant itself, then
 * the older ones, which run there as well.
 *
 * @returns `undefined` if nothing fits.
 */
export function choosePlatform<T extends { readonly platform?: Platform }>(
  offers: readonly T[],
  wanted: Platform,
): T | undefined {
  let best: T | undefined;
  let bestFit = Infinity;
  for (const offer of offers) {
    if (offer.platform === undefined || !runsOn(offer.platform, wanted)) {
      continue;
    }
    const fit = variantFit(offer.platform, wanted) ?? Infinity;
    if (fit >= bestFit) continue;
    best = offer;
    bestFit = fit;
  }
  return best;
}

/** How much older the variant is; `undefined` if it does not run there. */
function variantFit(offered: Platform, wanted: Platform): number | undefined {
  const [has, wants] = [variantOf(offered), variantOf(wanted)];
  if (has === wants) return 0;
  const distance = numberOf(wants) - numberOf(has);
  return distance > 0 ? distance : undefined;
}

function variantOf({ architecture, variant }: Platform): string {
  return variant ?? USUAL_VARIANT.get(architecture) ?? "";
}

function numberOf(variant: string): number {
  return Number(/^v(\d+)$/.exec(variant)?.[1] ?? NaN);
}
