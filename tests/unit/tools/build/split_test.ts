/** @module */
import assert from "node:assert/strict";
import { SECTIONS } from "../../../../tools/build/sections.ts";
import {
  type ProgramFile,
  splitProgram,
} from "../../../../tools/build/split.ts";

const CHECKOUT = new URL("../../../../", import.meta.url).pathname;

const STAMP = { kind: "portable", commit: "c" } as const;

const TREE = {
  "deno.json": "{}",
  "main.ts":
    'import { say } from "./lib/say.ts";\nif (import.meta.main) {\n  const name = Deno.args[0];\n  if (name === "a") (await import("./lib/a.ts")).a();\n  if (name === "b") (await import("./lib/b.ts")).b();\n  if (name === "c") (await import("./lib/c.ts")).c();\n}\nsay("main");\n',
  "lib/say.ts":
    'declare const TSDOCKER_BUILD: { kind: string } | undefined;\nlet count = 0;\nexport function say(text: string): void {\n  console.log(text, ++count, typeof TSDOCKER_BUILD === "undefined" ? "source" : TSDOCKER_BUILD.kind);\n}\n',
  "lib/a.ts":
    'import { say } from "./say.ts";\nexport const a = (): void => say("a");\n',
  "lib/b.ts":
    'import { say } from "./say.ts";\nexport const b = (): void => say("b");\n',
  "lib/c.ts":
    'import { say } from "./say.ts";\nexport const c = (): void => say("c");\n',
  "ffi/unused.ts": "export const unused = 1;\n",
};

/** A source tree, and room for a program, in a temporary directory. */
async function checkoutOf(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  for (const folder of ["lib", "ffi", "program"]) {
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

async function printed(
  directory: string,
  files: readonly ProgramFile[],
  ...args: string[]
): Promise<string> {
  for (const { name, text } of files) {
    await Deno.writeTextFile(`${directory}/${name}`, text);
  }
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-config", `${directory}/main.js`, ...args],
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("splitProgram() makes files that share their modules and their stamp", async () => {
  await using checkout = await checkoutOf(TREE);
  const sections = { some: ["lib/a.ts"] };
  const files = await splitProgram(checkout.path, sections, STAMP);
  const names = files.map(({ name }) => name);
  assert.equal(names[0], "main.js");
  const named = names.filter((name) => !name.startsWith("chunk-"));
  assert.deepEqual(named, ["main.js", "rest.js", "some.js"]);
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
  const files = await splitProgram(checkout.path, {}, STAMP);
  const program = `${checkout.path}/program`;
  const withoutRest = files.filter(({ name }) => name !== "rest.js");
  assert.equal(await printed(program, withoutRest), "main 1 portable\n");
  for (const { text } of files) assert.doesNotMatch(text, /import\("/);
});

Deno.test("splitProgram() gives the same files in another directory", async () => {
  await using one = await checkoutOf(TREE);
  await using other = await checkoutOf(TREE);
  assert.deepEqual(
    await splitProgram(one.path, {}, STAMP),
    await splitProgram(other.path, {}, STAMP),
  );
});

Deno.test("splitProgram() says what is wrong with the sources", async () => {
  await using checkout = await checkoutOf({ ...TREE, "lib/a.ts": "export {" });
  await assert.rejects(
    splitProgram(checkout.path, {}, STAMP),
    /^Error: Cannot bundle [^]*lib\/a\.ts/,
  );
});

Deno.test("what a run of a container loads is about half of the program", async () => {
  const files = await splitProgram(CHECKOUT, SECTIONS, STAMP);
  const texts = new Map(files.map(({ name, text }) => [name, text]));
  const loaded = new Set<string>();
  const load = (name: string): void => {
    if (loaded.has(name)) return;
    loaded.add(name);
    const text = texts.get(name) ?? assert.fail(name);
    for (
      const [, found = ""] of text.matchAll(/^(?:import|\}).*"\.\/(.*)";$/gm)
    ) {
      load(found);
    }
  };
  load("main.js");
  load("run.js");
  const sizeOf = (names: Iterable<string>): number =>
    [...names].reduce((size, name) => size + (texts.get(name)?.length ?? 0), 0);
  assert.ok(sizeOf(loaded) < 0.65 * sizeOf(texts.keys()), [...loaded].join());
  assert.ok(loaded.size < 25, [...loaded].join());
});
