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

/**
 * The ways in which the portable form is cut into files, all in one directory:
 * one for each of the commands that are to start quickest, `detached` for `run`
 * that becomes a monitor, and one with all. The former leave what is not theirs to
 * the latter.
 */
export type LayoutName = typeof QUICK_COMMANDS[number] | "detached" | "main";

/** The commands with layouts of their own. The portable file looks for the same words. */
export const QUICK_COMMANDS = ["exec", "monitor", "run"] as const;

/**
 * Guesses from its arguments what a command will need, as the portable file's
 * starter does. If it guesses wrong, the start takes longer.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(layoutFor(["--root", "/r", "monitor", "3"]), "monitor");
 * assert.equal(layoutFor(["ps"]), "main");
 * ```
 */
export function layoutFor(args: readonly string[]): LayoutName {
  const quick: readonly string[] = QUICK_COMMANDS;
  const found = args.find((word): word is LayoutName => quick.includes(word));
  return found ?? "main";
}

/**
 * Flags of V8 for its memory. No command but a long one fills the 8 MB that new
 * objects have before any are collected, which would cost 2 ms each time (`run`
 * on a network fills 4); and who has nothing to do for a second, as monitors for
 * most of their lives, gives back what the start has taken, 2 MB, which V8 would
 * do after 40 seconds. Code that has not run since the last collection goes
 * too, 0.5 MB of a monitor's, not only what is three minutes old: it is compiled
 * again if it is needed. Code between interpreted and optimized, 0.2 MB, is never
 * made: nothing here runs long enough for it to pay. A monitor asks for a
 * collection itself (`lib/monitor/give_back.ts`).
 */
export const HEAP_FLAGS: readonly string[] = [
  "--min-semi-space-size=8",
  "--gc-memory-reducer-start-delay-ms=500",
  "--memory-reducer-delay-ms=500",
  "--no-flush-code-based-on-time",
  "--bytecode-old-age=1",
  "--no-sparkplug",
  "--expose-gc",
];

/**
 * How Deno runs the bundle: nothing but its files is looked for, read or
 * fetched. All functions are compiled at once, since only those end up in
 * Deno's cache of compiled code; a start saves more than it reads in vain. The
 * portable file uses the same words: V8 discards code that was
 * compiled with other flags than it is run with.
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
  `--v8-flags=${["--no-lazy", ...HEAP_FLAGS].join(",")}`,
];

/**
 * glibc's settings, as `GLIBC_TUNABLES`, for the commands that are called most:
 * memory comes 4 MB at a time, and what is freed is used again, as large as a
 * program and its compiled code may be. Without them a start would take 1 to 2 ms
 * more. The portable file sets them, unless its caller has settings of its own.
 *
 * Large pages (`glibc.malloc.hugetlb`) would save no more that can be measured, and
 * a monitor could not give them back.
 *
 * @see ld.so(8), mallopt(3)
 */
export const QUICK_TUNABLES = [
  "glibc.malloc.arena_max=1",
  "glibc.malloc.top_pad=4194304",
  "glibc.malloc.mmap_threshold=4194304",
  "glibc.malloc.trim_threshold=8388608",
].join(":");

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
  const entry = kind === "source"
    ? "../../../main.ts"
    : `${layoutFor(args)}.js`;
  const script = new URL(entry, import.meta.url);
  return invocationOf({
    kind,
    execPath: Deno.execPath(),
    script: decodeURIComponent(script.pathname),
  }, args);
}
