/**
 * Cuts the portable program into files, as layouts say. Deno loads compiled code
 * by the file, at 15 µs per KiB of source whether it is needed or not, and at
 * 0.2 ms per file; a late import takes 0.5 ms more.
 *
 * A layout is a program cut into files: the one where it starts, with all that is
 * loaded at once, and sections, which are loaded late. The modules that it names
 * must all be imported with `await import()` somewhere. Those named under `start`
 * are loaded at once all the same. Modules that several sections use go to files
 * of their own, and what is imported late but named nowhere goes to the section
 * `rest`.
 *
 * @module
 */
/** Sections by name; each is the list of its modules, as paths in the checkout. */
export type Sections = Readonly<Record<string, readonly string[]>>;

/** A way to cut the program into files. */
export interface Layout {
  /** What the names of its files begin with. */
  readonly name: string;
  /** Modules that the sources import late and this layout at once. */
  readonly start: readonly string[];
  /**
   * The section that is needed most often, if one is. The others load it, too: so
   * what they share with it makes no files of its own.
   */
  readonly soon?: string;
  readonly sections: Sections;
}

/** Where the modules are that no section names. */
export const REST = "rest";

/** The layout with all commands. */
export const MAIN = "main";

/** The modules that import all commands late. */
const COMMAND_TABLES: readonly string[] = [
  "lib/cli/command_table.ts",
  "lib/cli/image_commands.ts",
  "lib/cli/network_commands.ts",
  "lib/cli/volume_commands.ts",
];

/**
 * The file whose `again()` runs the program from its beginning, in the layout
 * `main`: what a layout comes to when it is given a command that it has not.
 */
export const AGAIN = `${MAIN}.again`;

/** An `await import()` of a module of the checkout. */
const LATE_IMPORT = /\bawait import\(\s*"(\.{1,2}\/[^"]+)",?\s*\)/g;

/** A function that does nothing but load a command. */
const LOADER =
  /\basync \(\) =>\s+\(await import\(\s*"(\.{1,2}\/[^"]+)",?\s*\)\)\s*\.\w+\b(?!\()/g;

/** One function for all commands that are left out: each costs a start 0.3 KiB. */
const RUN_AGAIN = `
async function runAgain() {
  return await (await import(["./${AGAIN}.js"][0])).again();
}`;

/** A module whose late imports lead to where the layout has what they import. */
export interface Redirected {
  readonly text: string;
  /** The modules that it still imports late, as paths in the checkout. */
  readonly late: readonly string[];
  /** The modules that it imports at once now. */
  readonly atStart: readonly string[];
}

/**
 * Makes a module's late imports lead to sections, or imports of what is loaded at
 * the start. Those come after its own, which are evaluated in the same order as
 * ever. Pure.
 *
 * @param path The module's path in the checkout, such as `lib/cli/app.ts`.
 * @param text Its TypeScript.
 *
 * @example The file's name is no literal, for Deno reads those at once
 * ```ts
 * import assert from "node:assert/strict";
 * const layout = { name: "x", start: [], sections: { rare: ["lib/b.ts"] } };
 * const { text, late } = redirect("lib/a.ts", 'await import("./b.ts")', layout);
 * assert.equal(text, '(await import(["./x.rare.js"][0]))["lib/b.ts"]');
 * assert.deepEqual(late, ["lib/b.ts"]);
 * ```
 */
export function redirect(
  path: string,
  text: string,
  layout: Layout,
): Redirected {
  const late: string[] = [];
  const atStart = new Set<string>();
  const leaves = leavesOut(path, layout);
  const shortened = leaves === undefined ? text : text.replaceAll(
    LOADER,
    (loader, specifier: string) =>
      leaves(moduleAt(specifier, path)) ? "runAgain" : loader,
  ) + RUN_AGAIN;
  const redirected = shortened.replaceAll(LATE_IMPORT, (_, specifier) => {
    const module = moduleAt(specifier, path);
    if (layout.start.includes(module)) {
      atStart.add(module);
      return startName(module);
    }
    if (leaves?.(module)) return "await runAgain()";
    late.push(module);
    const section = sectionOf(module, layout.sections);
    const file = JSON.stringify(`./${layout.name}.${section}.js`);
    return `(await import([${file}][0]))[${JSON.stringify(module)}]`;
  });
  const imports = [...atStart].map((module) =>
    `\nimport * as ${startName(module)} from "${relativeTo(path, module)}";`
  );
  return { text: redirected + imports.join(""), late, atStart: [...atStart] };
}

/** What a module calls another that it imports at the start. */
function startName(module: string): string {
  return `start_${module.replaceAll(/\W/g, "_")}`;
}

/** The specifier of a module of the checkout in another one. */
function relativeTo(importer: string, module: string): string {
  return `./${"../".repeat(importer.split("/").length - 1)}${module}`;
}

/** The path in the checkout of what a module imports. */
export function moduleAt(specifier: string, importer: string): string {
  return new URL(specifier, `file:///${importer}`).pathname.slice(1);
}

/** Tells which commands of a table are left to the layout `main`, if any are. */
function leavesOut(
  path: string,
  { name, start, sections }: Layout,
): ((module: string) => boolean) | undefined {
  if (name === MAIN || !COMMAND_TABLES.includes(path)) return undefined;
  return (module) =>
    !start.includes(module) && sectionOf(module, sections) === REST;
}

/**
 * Spells the entry points of the sections, in TypeScript. Each imports the
 * layout's own entry, where it is loaded from: so all that the entry comes to is
 * reached from everywhere, and ends up in one file. The same holds for what is
 * loaded soon. Pure.
 *
 * @param late All modules that are imported late.
 * @returns The text of each section that has modules, by its file's name
 * without an extension.
 * @throws {Error} If a section names a module that is not imported late.
 */
export function sectionEntries(
  late: ReadonlySet<string>,
  { name, soon, sections }: Layout,
): Map<string, string> {
  assertImported(Object.values(sections).flat(), late);
  const groups = Map.groupBy(
    [...late].sort(),
    (module) => sectionOf(module, sections),
  );
  const load = (section: string): string =>
    soon === undefined || soon === section
      ? `import "./${name}.ts";\n`
      : `import "./${name}.ts";\nimport "./${name}.${soon}.ts";\n`;
  return new Map(
    [...groups].sort(([one], [other]) => one < other ? -1 : 1)
      .map(([section, modules]) => [
        `${name}.${section}`,
        load(section) + modules.map(exported).join(""),
      ]),
  );
}

/**
 * Finds what a layout names in vain.
 *
 * @throws {Error} If they name a module that is not imported in their way.
 */
export function assertImported(
  named: readonly string[],
  imported: ReadonlySet<string>,
): void {
  for (const module of named) {
    if (imported.has(module)) continue;
    throw new Error(`Nothing imports "${module}" of tools/build/layouts.ts`);
  }
}

function exported(module: string): string {
  return `export * as ${JSON.stringify(module)} from "./${module}";\n`;
}

function sectionOf(module: string, sections: Sections): string {
  const found = Object.entries(sections)
    .find(([, modules]) => modules.includes(module));
  return found?.[0] ?? REST;
}
