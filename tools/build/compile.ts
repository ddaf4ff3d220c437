/**
 * Makes the executable with `deno compile`, which needs a base binary that
 * Deno fetches once from its own release host.
 *
 * @module
 */

import { HEAP_FLAGS } from "../../lib/runtime/launch/self_invocation.ts";

/** How long the release host has to answer before it counts as out of reach. */
const PROBE_TIMEOUT_MS = 2000;

/** Whether `deno compile` can be expected to find its base binary, and why not. */
export type BaseBinary = "available" | "out of reach";

/** What decides whether the base binary can be had. */
export interface BaseBinarySources {
  /** The value of DENORT_BIN: a base binary to use as it is. */
  readonly denortBin: string | undefined;
  /** Deno's cache directory. */
  readonly denoDir: string | undefined;
  /** Where Deno would fetch it. */
  readonly url: string;
}

/** The archive's place on Deno's release host. */
export function baseBinaryUrl(version: string, target: string): string {
  return `https://dl.deno.land/release/v${version}/denort-${target}.zip`;
}

/** Finds out whether the base binary can be had, at once or within seconds. */
export async function findBaseBinary(
  sources: BaseBinarySources,
): Promise<BaseBinary> {
  if (sources.denortBin !== undefined) return "available";
  if (await isCached(sources)) return "available";
  return await answers(sources.url) ? "available" : "out of reach";
}

async function isCached({ denoDir, url }: BaseBinarySources): Promise<boolean> {
  if (denoDir === undefined) return false;
  const { pathname } = new URL(url);
  return await Deno.stat(`${denoDir}/dl${pathname}`)
    .then((found) => found.isFile, () => false);
}

async function answers(url: string): Promise<boolean> {
  const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
  return await fetch(url, { method: "HEAD", signal })
    .then((response) => response.ok, () => false);
}

/**
 * Compiles a bundle into an executable.
 *
 * Without the code cache: Deno keeps that of a compiled program in the
 * temporary directory, where another user could put one for root to run.
 *
 * @param script Path of the bundle.
 * @param output Path of the executable to write.
 * @throws {Error} If Deno cannot; its words are in the message.
 */
export async function compile(script: string, output: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      "compile",
      "--quiet",
      "-A",
      "--no-config",
      "--no-lock",
      "--no-code-cache",
      `--v8-flags=${HEAP_FLAGS.join(",")}`,
      "--output",
      output,
      script,
    ],
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  throw new Error(
    `Cannot compile "${script}":\n${new TextDecoder().decode(stderr)}`,
  );
}
