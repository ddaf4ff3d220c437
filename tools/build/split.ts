/**
 * Makes a few JavaScript files of `main.ts` and all it imports, so that a
 * start loads what it needs. `deno bundle` alone would make a file of each
 * late import and of each set of modules that some of them share, well over a
 * hundred; it is given a copy of the sources whose late imports lead to
 * sections.
 *
 * @module
 */
import { type BuildStamp, runBundler, stampLine } from "./bundle.ts";
import { redirect, sectionEntries, type Sections } from "./sections.ts";

/** What a program is made of, relative to the checkout. */
const SOURCES = ["main.ts", "lib", "ffi", "deno.json", "deno.lock"];

/** A file of the program. */
export interface ProgramFile {
  /** Such as `main.js`, which is the first. */
  readonly name: string;
  readonly text: string;
}

/**
 * Bundles `main.ts` into files for one directory. The same sources give the
 * same files, with the same names.
 *
 * @param checkout Absolute path of the source tree, with its deno.json.
 * @throws {Error} If Deno cannot bundle it, or if a section names a module
 * that nothing imports late.
 */
export async function splitProgram(
  checkout: string,
  sections: Sections,
  stamp: BuildStamp,
): Promise<ProgramFile[]> {
  const work = await Deno.makeTempDir();
  try {
    const [tree, output] = [`${work}/tree`, `${work}/output`];
    const late = new Set<string>();
    for (const source of SOURCES) {
      await copy({ checkout, tree, sections, late }, source);
    }
    const entries = sectionEntries(late, sections);
    for (const [name, text] of entries) {
      await Deno.writeTextFile(`${tree}/${name}.ts`, text);
    }
    const names = [...entries.keys()].map((name) => `${name}.ts`);
    await runBundler(tree, [
      "--code-splitting",
      "--outdir",
      output,
      "main.ts",
      ...names,
    ]);
    return await readProgram(output, stamp);
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

interface Copying {
  readonly checkout: string;
  readonly tree: string;
  readonly sections: Sections;
  /** Gathers what is imported late. */
  readonly late: Set<string>;
}

/** Copies a file or a directory, with late imports redirected. */
async function copy(copying: Copying, path: string): Promise<void> {
  const { checkout, tree, sections, late } = copying;
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
  const redirected = redirect(path, text, sections);
  for (const module of redirected.late) late.add(module);
  await Deno.writeTextFile(`${tree}/${path}`, redirected.text);
}

/** deno.lock need not be there. */
function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}

/** The files that were made, each with the stamp, `main.js` first. */
async function readProgram(
  directory: string,
  stamp: BuildStamp,
): Promise<ProgramFile[]> {
  const entries = await Array.fromAsync(Deno.readDir(directory));
  const rank = (name: string): string => name === "main.js" ? "" : name;
  const names = entries.map(({ name }) => name)
    .sort((one, other) => rank(one) < rank(other) ? -1 : 1);
  return await Promise.all(names.map(async (name) => ({
    name,
    text: stampLine(stamp) + await Deno.readTextFile(`${directory}/${name}`),
  })));
}
