/**
 * Makes a few JavaScript files of `main.ts` and all it imports, so that a
 * start loads what it needs. `deno bundle` alone would make a file of each
 * late import and of each set of modules that some of them share, well over a
 * hundred; it is given a copy of the sources whose late imports lead to
 * sections. Each layout has files of its own.
 *
 * @module
 */
import { type BuildStamp, runBundler, stampLine } from "./bundle.ts";
import {
  AGAIN,
  assertImported,
  type Layout,
  MAIN,
  moduleAt,
  redirect,
  sectionEntries,
} from "./sections.ts";

/** Where the program begins, and what else it is made of. */
const ENTRY = "main.ts";
const SOURCES = [ENTRY, "lib", "ffi", "deno.json", "deno.lock"];

/** See {@linkcode AGAIN}. */
const AGAIN_TEXT = `import "./${MAIN}.ts";
import { main } from "./lib/cli/app.ts";
export async function again(): Promise<never> {
  Deno.exit(await main(Deno.args));
}
`;

/** A file of the program. */
export interface ProgramFile {
  /** Such as `main.js`, where the layout `main` begins. */
  readonly name: string;
  readonly text: string;
}

/**
 * Bundles `main.ts` into files for one directory. The same sources give the
 * same files, with the same names.
 *
 * @param checkout Absolute path of the source tree, with its deno.json.
 * @returns The files, sorted by name; each layout begins with the file that
 * has its name.
 * @throws {Error} If Deno cannot bundle it, or if a section names a module
 * that nothing imports late.
 */
export async function splitProgram(
  checkout: string,
  layouts: readonly Layout[],
  stamp: BuildStamp,
): Promise<ProgramFile[]> {
  const texts = new Map<string, string>();
  for (const layout of layouts) {
    for (const [name, text] of await layOut(checkout, layout)) {
      // Layouts may have a file in common: its name tells what is in it.
      texts.set(name, stampLine(stamp) + text);
    }
  }
  return [...texts].map(([name, text]) => ({ name, text }))
    .sort((one, other) => one.name < other.name ? -1 : 1);
}

/**
 * Bundles one layout; the texts of its files by name.
 *
 * @throws {Error} See {@linkcode splitProgram}.
 */
async function layOut(
  checkout: string,
  layout: Layout,
): Promise<Map<string, string>> {
  const work = await Deno.makeTempDir();
  try {
    const [tree, output] = [`${work}/tree`, `${work}/output`];
    const modules: Modules = new Map();
    for (const source of SOURCES) {
      await copy({ checkout, tree, layout, modules }, source);
    }
    if (layout.name !== MAIN) {
      await Deno.rename(`${tree}/${ENTRY}`, `${tree}/${layout.name}.ts`);
    }
    const { late, atStart } = imported(modules);
    assertImported(layout.start, atStart);
    const entries = sectionEntries(late, layout);
    if (layout.name === MAIN) entries.set(AGAIN, AGAIN_TEXT);
    for (const [name, text] of entries) {
      await Deno.writeTextFile(`${tree}/${name}.ts`, text);
    }
    const names = [...entries.keys()].map((name) => `${name}.ts`);
    await runBundler(tree, [
      "--code-splitting",
      "--outdir",
      output,
      `${layout.name}.ts`,
      ...names,
    ]);
    return joinStart(layout.name, await readAll(output));
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

/** All that the bundler makes of an entry whose modules others reach as well. */
const JUST_A_CHUNK = /^import "\.\/(chunk-[^"]+)";\n$/;

/**
 * Gives the file with all that a layout starts with the layout's name, instead
 * of a file that does nothing but import it. So `import.meta.main` holds in it.
 */
function joinStart(
  name: string,
  texts: ReadonlyMap<string, string>,
): Map<string, string> {
  const start = `${name}.js`;
  const [, chunk] = JUST_A_CHUNK.exec(texts.get(start) ?? "") ?? [];
  if (chunk === undefined) return new Map(texts);
  const renamed = texts.entries()
    .filter(([file]) => file !== start)
    .map(([file, text]): [string, string] => [
      file === chunk ? start : file,
      text.replaceAll(`"./${chunk}"`, `"./${start}"`),
    ]);
  return new Map(renamed);
}

/** What modules import, by their paths in the checkout. */
type Modules = Map<string, {
  readonly atOnce: readonly string[];
  readonly late: readonly string[];
  readonly atStart: readonly string[];
}>;

/** What the modules import late, and at the start, that the program comes to. */
function imported(
  modules: Modules,
): Readonly<Record<"late" | "atStart", ReadonlySet<string>>> {
  const late = new Set<string>();
  const atStart = new Set<string>();
  const reached = new Set([ENTRY]);
  // A set goes on with what is added to it meanwhile.
  for (const path of reached) {
    const found = modules.get(path);
    if (found === undefined) continue;
    for (const module of found.late) late.add(module);
    for (const module of found.atStart) atStart.add(module);
    for (const modules of [found.atOnce, found.late, found.atStart]) {
      for (const module of modules) reached.add(module);
    }
  }
  return { late, atStart };
}

interface Copying {
  readonly checkout: string;
  readonly tree: string;
  readonly layout: Layout;
  /** Gathers what is copied. */
  readonly modules: Modules;
}

/** An import of another module's values; what is formatted looks like this. */
const IMPORT =
  /^(?:(?:im|ex)port (?!type\b)[^;"]*?|import )"(\.{1,2}\/[^"]+)";$/gm;

/** Copies a file or a directory, with late imports redirected. */
async function copy(copying: Copying, path: string): Promise<void> {
  const { checkout, tree, layout, modules } = copying;
  const from = `${checkout}/${path}`;
  const found = await Deno.stat(from).catch(ignoreMissing);
  if (found === undefined) return;
  if (found.isDirectory) {
    await Deno.mkdir(`${tree}/${path}`, { recursive: true });
    for await (const { name } of Deno.readDir(from)) {
      await copy(copying, `${path}/${name}`);
    }
    return;
  }
  await Deno.mkdir(tree, { recursive: true });
  const text = await Deno.readTextFile(from);
  if (!path.endsWith(".ts")) {
    return await Deno.writeTextFile(`${tree}/${path}`, text);
  }
  const { text: redirected, late, atStart } = redirect(path, text, layout);
  const atOnce = [...text.matchAll(IMPORT)]
    .map(([, specifier = ""]) => moduleAt(specifier, path));
  modules.set(path, { atOnce, late, atStart });
  await Deno.writeTextFile(`${tree}/${path}`, redirected);
}

/** deno.lock need not be there. */
function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** The texts of the files in a directory, by name. */
async function readAll(directory: string): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for await (const { name } of Deno.readDir(directory)) {
    texts.set(name, await Deno.readTextFile(`${directory}/${name}`));
  }
  return texts;
}
