/**
 * How to start this same program again, whichever form it runs in. The
 * monitor and the re-invoking launcher start their processes through here.
 *
 * @module
 */
import { buildInfo, type BuildKind } from "../../base/build_info.ts";

/** A program and the arguments to give it, without `argv[0]`. */
export interface Invocation {
  readonly path: string;
  readonly args: string[];
}

/** What decides how the program is started again. */
export interface RunningProgram {
  /** The form it runs in. */
  readonly kind: BuildKind;
  /** The executable: Deno, or the compiled program. */
  readonly execPath: string;
  /** Absolute path of the entry point; unused when compiled. */
  readonly script: string;
}

/** The entry point of the portable form; all its files are in one directory. */
const BUNDLE_ENTRY = "main.js";

/**
 * How Deno runs the bundle: nothing but its files is looked for, read or
 * fetched. All functions are compiled at once, since only those end up in
 * Deno's cache of compiled code; a start saves more than it reads in vain. The
 * portable file's header uses the same words.
 */
export const BUNDLE_RUN_FLAGS: readonly string[] = [
  "run",
  // Or Deno clears the line that the terminal's cursor is on.
  "--quiet",
  "-A",
  "--no-config",
  "--no-lock",
  "--no-remote",
  "--no-npm",
  "--v8-flags=--no-lazy",
];

/** How Deno runs the source tree: its deno.json counts, the network does not. */
export const SOURCE_RUN_FLAGS: readonly string[] = [
  "run",
  "--quiet",
  "-A",
  "--cached-only",
];

/**
 * Spells the command that starts a program of the given form. Pure.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const program = { kind: "compiled", execPath: "/bin/tsdocker", script: "" } as const;
 * assert.deepEqual(invocationOf(program, ["init"]), { path: "/bin/tsdocker", args: ["init"] });
 * ```
 */
export function invocationOf(
  program: RunningProgram,
  args: readonly string[],
): Invocation {
  const { kind, execPath, script } = program;
  if (kind === "compiled") return { path: execPath, args: [...args] };
  const flags = kind === "portable" ? BUNDLE_RUN_FLAGS : SOURCE_RUN_FLAGS;
  return { path: execPath, args: [...flags, script, ...args] };
}

/**
 * The command that starts this program again. Holds in any working directory;
 * the child needs the environment of this process, which tells Deno where its
 * caches are.
 *
 * @param args What follows the program's name, such as `init`.
 * @returns Absolute path and arguments, ready for `Deno.Command`.
 */
export function selfInvocation(...args: string[]): Invocation {
  const { kind } = buildInfo();
  const entry = kind === "source" ? "../../../main.ts" : BUNDLE_ENTRY;
  const script = new URL(entry, import.meta.url);
  return invocationOf({
    kind,
    execPath: Deno.execPath(),
    script: decodeURIComponent(script.pathname),
  }, args);
}
