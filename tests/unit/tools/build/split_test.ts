/** @module */
import assert from "node:assert/strict";
import { LAYOUTS } from "../../../../tools/build/layouts.ts";
import {
  type Layout,
  type Sections,
} from "../../../../tools/build/sections.ts";
import {
  type ProgramFile,
  splitProgram,
} from "../../../../tools/build/split.ts";

const CHECKOUT = new URL("../../../../", import.meta.url).pathname;

/** What a start may load, and at most how much: each KiB takes it 15 µs. */
const LOADED: readonly (readonly [number, ...string[]])[] = [
  [640_000, "detached.js"],
  [275_000, "exec.js"],
  [435_000, "monitor.js"],
  [590_000, "run.js"],
  [665_000, "run.js", "run.network.js"],
];

const STAMP = { kind: "portable", commit: "c" } as const;

const TREE = {
  "deno.json": "{}",
  "main.ts":
    'import { say } from "./lib/say.ts";\nasync function main(name?: string): Promise<void> {\n  if (name === "a") (await import("./lib/a.ts")).a();\n  if (name === "b") (await import("./lib/b.ts")).b();\n  if (name === "c") (await import("./lib/c.ts")).c();\n  say("main");\n}\nif (import.meta.main) main(Deno.args[0]);\n',
  "lib/say.ts":
    'declare const TSDOCKER_BUILD: { kind: string } | undefined;\nlet count = 0;\nexport function say(text: string): void {\n  console.log(text, ++count, typeof TSDOCKER_BUILD === "undefined" ? "source" : TSDOCKER_BUILD.kind);\n}\n',
  "lib/a.ts":
    'import { say } from "./say.ts";\nexport const a = (): void => say("a");\n',
  "lib/b.ts":
    'import { say } from "./say.ts";\nexport const b = (): void => say("b");\n',
  "lib/c.ts":
    'import { say } from "./say.ts";\nexport const c = (): void => say("c");\n',
  "lib/cli/app.ts": "export const main = (): number => 0;\n",
  "ffi/unused.ts": "export const unused = 1;\n",
};

/** A layout of that tree. */
function layout(name: string, sections: Sections = {}): Layout {
  return { name, start: [], sections };
}

/** A source tree, and room for a program, in a temporary directory. */
async function checkoutOf(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  for (const folder of ["lib", "lib/cli", "ffi", "program"]) {
    await Deno.mkdir(`${path}/${folder}`);
  }
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** What a program prints, of which these files are written first. */
async function printed(
  place: string | { readonly directory: string; readonly entry: string },
  files: readonly ProgramFile[],
  ...args: string[]
): Promise<string> {
  const { directory, entry } = typeof place === "string"
    ? { directory: place, entry: "main.js" }
    : place;
  for (const { name, text } of files) {
    await Deno.writeTextFile(`${directory}/${name}`, text);
  }
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", `${directory}/${entry}`, ...args],
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("splitProgram() makes files that share their modules and their stamp", async () => {
  await using checkout = await checkoutOf(TREE);
  const sections = { some: ["lib/a.ts"] };
  const files = await splitProgram(
    checkout.path,
    [layout("main", sections)],
    STAMP,
  );
  const named = files.map(({ name }) => name)
    .filter((name) => !name.startsWith("chunk-"));
  assert.deepEqual(
    named,
    ["main.again.js", "main.js", "main.rest.js", "main.some.js"],
  );
  const program = `${checkout.path}/program`;
  for (const name of ["a", "b", "c"]) {
    assert.equal(
      await printed(program, files, name),
      `${name} 1 portable\nmain 2 portable\n`,
    );
  }
});

Deno.test("splitProgram() leads to late files by names that Deno does not follow", async () => {
  await using checkout = await checkoutOf(TREE);
  const files = await splitProgram(checkout.path, [layout("main")], STAMP);
  const program = `${checkout.path}/program`;
  const withoutRest = files.filter(({ name }) => name !== "main.rest.js");
  assert.equal(await printed(program, withoutRest), "main 1 portable\n");
  for (const { text } of files) assert.doesNotMatch(text, /import\("/);
});

Deno.test("splitProgram() gives the same files in another directory", async () => {
  await using one = await checkoutOf(TREE);
  await using other = await checkoutOf(TREE);
  assert.deepEqual(
    await splitProgram(one.path, [layout("main")], STAMP),
    await splitProgram(other.path, [layout("main")], STAMP),
  );
});

Deno.test("splitProgram() loads at once what a layout starts with", async () => {
  await using checkout = await checkoutOf(TREE);
  const sections = { some: ["lib/b.ts"] };
  const main = { ...layout("main", sections), start: ["lib/a.ts"] };
  const files = await splitProgram(checkout.path, [main], STAMP);
  assert.deepEqual(
    files.map(({ name }) => name),
    ["main.again.js", "main.js", "main.rest.js", "main.some.js"],
  );
  const program = `${checkout.path}/program`;
  const begun = files.filter(({ name }) => name === "main.js");
  assert.equal(
    await printed(program, begun, "a"),
    "a 1 portable\nmain 2 portable\n",
  );
  // The count goes on: the others have no copy of what is there.
  for (const name of ["b", "c"]) {
    assert.equal(
      await printed(program, files, name),
      `${name} 1 portable\nmain 2 portable\n`,
    );
  }
});

Deno.test("splitProgram() refuses to start with what nothing imports late", async () => {
  await using checkout = await checkoutOf(TREE);
  const start = ["lib/say.ts"];
  await assert.rejects(
    splitProgram(checkout.path, [{ ...layout("main"), start }], STAMP),
    /^Error: Nothing imports "lib\/say\.ts" of tools\/build\/layouts\.ts$/,
  );
});

Deno.test("splitProgram() says what is wrong with the sources", async () => {
  await using checkout = await checkoutOf({ ...TREE, "lib/a.ts": "export {" });
  await assert.rejects(
    splitProgram(checkout.path, [layout("main")], STAMP),
    /^Error: Cannot bundle [^]*lib\/a\.ts/,
  );
});

Deno.test("splitProgram() makes files of each layout, of what it comes to", async () => {
  const table = "lib/cli/command_table.ts";
  await using checkout = await checkoutOf({
    ...TREE,
    "main.ts":
      'import { load } from "./lib/cli/command_table.ts";\nif (import.meta.main) load(Deno.args[0] ?? "").then(console.log);\n',
    "lib/cli/app.ts":
      'import { load } from "./command_table.ts";\nexport async function main(args: string[]): Promise<number> {\n  console.log("again", await load(args[0] ?? ""));\n  return 7;\n}\n',
    [table]:
      'export async function load(name: string): Promise<string> {\n  if (name === "d") return (await import("../d.ts")).d;\n  return (await import("../e.ts")).e;\n}\n',
    "lib/d.ts": 'export const d = "this is d";\n',
    "lib/e.ts":
      'export const e = "this is e";\nexport const f = async () => (await import("./b.ts")).b();\n',
  });
  const files = await splitProgram(checkout.path, [
    layout("main"),
    layout("quick", { some: ["lib/d.ts"] }),
  ], STAMP);
  const quick = files.filter(({ name }) => name.startsWith("quick"));
  assert.deepEqual(
    quick.map(({ name }) => name),
    ["quick.js", "quick.some.js"],
  );
  const program = `${checkout.path}/program`;
  assert.equal(await printed(program, files, "d"), "this is d\n");
  const quickly = { directory: program, entry: "quick.js" };
  assert.equal(await printed(quickly, files, "d"), "this is d\n");
  assert.equal(await printed(quickly, files, "e"), "again this is e\n");
});

Deno.test("a quick command loads little more than it needs", async () => {
  const quick = LAYOUTS.filter(({ name }) => name !== "main");
  const files = await splitProgram(CHECKOUT, quick, STAMP);
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  const loadedBy = (...names: string[]): Set<string> => {
    const loaded = new Set(names);
    // A set goes on with what is added to it meanwhile.
    for (const name of loaded) {
      const text = texts.get(name) ?? assert.fail(name);
      for (
        const [, found = ""] of text.matchAll(/^(?:import|\}).*"\.\/(.*)";$/gm)
      ) {
        loaded.add(found);
      }
    }
    return loaded;
  };
  for (const [atMost, ...names] of LOADED) {
    const size = [...loadedBy(...names)]
      .reduce((sum, file) => sum + (texts.get(file)?.length ?? 0), 0);
    assert.ok(size < atMost, `${names.join()}: ${size} bytes`);
  }
});
