/**
 * Which commands share a file of the portable program. Deno loads compiled
 * code by the file, at 15 µs per KiB of source and 0.1 ms per file, so that a
 * start should find what it needs in few files and little else in them.
 *
 * A section is a file that other files load late: it holds the modules named
 * here, which must all be imported with `await import()` somewhere. Modules
 * that several sections use go to files of their own, and what is imported
 * late but named nowhere goes to the section `rest`.
 *
 * @module
 */

/** Sections by name; each is the list of its modules, as paths in the checkout. */
export type Sections = Readonly<Record<string, readonly string[]>>;

/** Where the modules are that no section names. */
export const REST = "rest";

/** The sections of tsdocker. */
export const SECTIONS: Sections = {
  // Whatever starts a process in a container.
  run: [
    "lib/cli/commands/attach.ts",
    "lib/cli/commands/create.ts",
    "lib/cli/commands/exec.ts",
    "lib/cli/commands/internal/monitor.ts",
    "lib/cli/commands/restart.ts",
    "lib/cli/commands/run.ts",
    "lib/cli/commands/start.ts",
    "lib/engine/containers/exec_check.ts",
    "lib/engine/containers/start.ts",
    "lib/monitor/health.ts",
  ],
  // The second process of a container that the re-invoking launcher starts.
  init: ["lib/cli/commands/internal/init.ts"],
  // What is asked or said about containers there are.
  containers: [
    "lib/cli/commands/exists.ts",
    "lib/cli/commands/help.ts",
    "lib/cli/commands/kill.ts",
    "lib/cli/commands/logs.ts",
    "lib/cli/commands/pause.ts",
    "lib/cli/commands/ps.ts",
    "lib/cli/commands/rename.ts",
    "lib/cli/commands/rm.ts",
    "lib/cli/commands/stop.ts",
    "lib/cli/commands/unpause.ts",
    "lib/cli/commands/version.ts",
    "lib/cli/commands/wait.ts",
    "lib/engine/containers/list_filter.ts",
    "lib/engine/containers/size.ts",
  ],
  // Files of containers; `run` needs it when an image is new.
  storage: [
    "lib/cli/commands/cp.ts",
    "lib/cli/commands/diff.ts",
    "lib/cli/commands/export.ts",
    "lib/engine/containers/own_layers.ts",
    "lib/engine/containers/unpack.ts",
    "lib/storage/layer_unpack.ts",
  ],
  // `run` needs it for other privileges than the default ones.
  seccomp: [
    "lib/runtime/security/seccomp/compile_profile.ts",
    "lib/runtime/security/seccomp/default_profile.ts",
    "lib/runtime/security/seccomp/parse_profile.ts",
  ],
};

/** An `await import()` of a module of the checkout. */
const LATE_IMPORT = /\bawait import\(\s*"(\.{1,2}\/[^"]+)",?\s*\)/g;

/** A module whose late imports lead to sections. */
export interface Redirected {
  readonly text: string;
  /** The modules it imports late, as paths in the checkout. */
  readonly late: readonly string[];
}

/**
 * Makes a module's late imports lead to sections. Pure.
 *
 * @param path The module's path in the checkout, such as `lib/cli/app.ts`.
 * @param text Its TypeScript.
 *
 * @example The file's name is no literal, for Deno reads those at once
 * ```ts
 * import assert from "node:assert/strict";
 * const sections = { rare: ["lib/b.ts"] };
 * const { text, late } = redirect("lib/a.ts", 'await import("./b.ts")', sections);
 * assert.equal(text, '(await import(["./rare.js"][0]))["lib/b.ts"]');
 * assert.deepEqual(late, ["lib/b.ts"]);
 * ```
 */
export function redirect(
  path: string,
  text: string,
  sections: Sections,
): Redirected {
  const late: string[] = [];
  const redirected = text.replaceAll(LATE_IMPORT, (_, specifier: string) => {
    const { pathname } = new URL(specifier, `file:///${path}`);
    const module = pathname.slice(1);
    late.push(module);
    const file = JSON.stringify(`./${sectionOf(module, sections)}.js`);
    return `(await import([${file}][0]))[${JSON.stringify(module)}]`;
  });
  return { text: redirected, late };
}

/**
 * Spells the entry points of the sections, in TypeScript. Pure.
 *
 * @param late All modules that are imported late.
 * @returns The text of each section that has modules, by its name.
 * @throws {Error} If a section names a module that is not imported late.
 */
export function sectionEntries(
  late: ReadonlySet<string>,
  sections: Sections,
): Map<string, string> {
  for (const module of Object.values(sections).flat()) {
    if (late.has(module)) continue;
    throw new Error(`Nothing imports "${module}" of tools/build/sections.ts`);
  }
  const groups = Map.groupBy(
    [...late].sort(),
    (module) => sectionOf(module, sections),
  );
  return new Map(
    [...groups].sort(([one], [other]) => one < other ? -1 : 1)
      .map(([name, modules]) => [name, modules.map(exported).join("")]),
  );
}

function exported(module: string): string {
  return `export * as ${JSON.stringify(module)} from "./${module}";\n`;
}

function sectionOf(module: string, sections: Sections): string {
  const found = Object.entries(sections)
    .find(([, modules]) => modules.includes(module));
  return found?.[0] ?? REST;
}
