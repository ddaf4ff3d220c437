/**
 * Makes one JavaScript file of a module and all it imports. The same sources
 * give the same bytes: paths in it are relative to the checkout.
 *
 * @module
 */
import type { BuildInfo } from "../../lib/base/build_info.ts";

/** What the bundle is told about its own making. */
export type BuildStamp = Pick<BuildInfo, "kind" | "commit">;

/**
 * The declaration that `lib/base/build_info.ts` finds when it is bundled.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(
 *   stampLine({ kind: "portable", commit: "abc" }),
 *   'const TSDOCKER_BUILD = {"kind":"portable","commit":"abc"};\n',
 * );
 * ```
 */
export function stampLine(stamp: BuildStamp): string {
  const { kind, commit } = stamp;
  return `const TSDOCKER_BUILD = ${JSON.stringify({ kind, commit })};\n`;
}

/**
 * Bundles an entry point. Not minified: start-up gains nothing by it once
 * Deno has cached the compiled code, and names stay readable in stack traces.
 *
 * @param entry Path of the module to start from, relative to `checkout`.
 * @param checkout Absolute path of the source tree, with its deno.json.
 * @returns The text of an ES module without imports other than dynamic ones.
 * @throws {Error} If Deno cannot bundle it; its words are in the message.
 */
export async function bundle(entry: string, checkout: string): Promise<string> {
  return await runBundler(checkout, [entry]);
}

/**
 * Runs `deno bundle`.
 *
 * @param directory Where to run it: paths in the result are relative to it.
 * @param args Entry points, and flags that say where to write.
 * @returns What it wrote to its stdout: the bundle, unless flags say otherwise.
 * @throws {Error} If it fails; its words are in the message.
 */
export async function runBundler(
  directory: string,
  args: readonly string[],
): Promise<string> {
  const output = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", ...lockFlags(), ...args],
    cwd: directory,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const decoder = new TextDecoder();
  if (!output.success) {
    throw new Error(
      `Cannot bundle "${args.at(-1)}":\n${decoder.decode(output.stderr)}`,
    );
  }
  return decoder.decode(output.stdout);
}

/** On CI a dependency missing from deno.lock is an error. */
function lockFlags(): string[] {
  return Deno.env.get("CI") === "true" ? ["--frozen"] : [];
}
