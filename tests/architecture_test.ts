/**
 * The rules that keep data flowing one way, checked on every source file: the
 * rank of imports, the one folder that is unsafe, the one caller of exit, the
 * one home of host paths, start-up without `node:`, and files one can read.
 *
 * @module
 */
import assert from "node:assert/strict";

/** A source file: its path in the checkout and its text. */
interface Source {
  readonly path: string;
  readonly text: string;
}

/** The areas of the tree. A file imports its own area and lower ranks only. */
const RANKS: Readonly<Record<string, number>> = {
  "ffi": 0,
  "lib/base": 1,
  "lib/oci": 2,
  "lib/runtime": 3,
  "lib/storage": 3,
  "lib/registry": 3,
  "lib/network": 3,
  "lib/monitor": 4,
  "lib/engine": 5,
  "lib/cli": 6,
  "main.ts": 7,
};

/** Only here are raw memory and libraries touched. */
const UNSAFE_AREA = "ffi";
const UNSAFE = /\bDeno\.(?:dlopen|Unsafe\w+)/;

/** The program ends in one place. */
const EXIT_CALLERS = ["main.ts"];
const EXIT = /\bDeno\.exit\b/;

/** Host paths are spelled in one file. */
const HOST_PATHS_FILE = "lib/base/host_paths.ts";
const HOST_PATH = /\/(?:var\/lib|run)\/tsdocker\b/;

const MAX_LINES = 400;

const STATIC_IMPORT =
  /(?:^|[;}\n])\s*(import|export)\s+(type\s+)?(?:[\w$*{}\s,]*?\sfrom\s*)?["']([^"'\n]+)["']/g;
const DYNAMIC_IMPORT = /\bimport\s*\(\s*["'`]([^"'`\n]+)["'`]/g;

/** Strings, which stay, and comments, which go; whichever begins first. */
const STRING_OR_COMMENT =
  /"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`(?:\\[^]|[^`\\])*`|\/\/[^\n]*|\/\*[^]*?\*\//g;

/** The text without comments; the lines keep their numbers. */
function withoutComments(text: string): string {
  return text.replace(
    STRING_OR_COMMENT,
    (found) => /^\/[/*]/.test(found) ? found.replace(/[^\n]/g, "") : found,
  );
}

/** The area a path belongs to, or `undefined` if it belongs to none. */
function areaOf(path: string): string | undefined {
  return Object.keys(RANKS).find((area) =>
    path === area || path.startsWith(`${area}/`)
  );
}

/** One import of a file. */
interface Import {
  readonly specifier: string;
  readonly when: "start" | "later" | "never";
}

function importsOf(code: string): Import[] {
  const found: Import[] = [];
  for (const [, , type, specifier] of code.matchAll(STATIC_IMPORT)) {
    if (specifier === undefined) continue;
    found.push({ specifier, when: type === undefined ? "start" : "never" });
  }
  for (const [, specifier] of code.matchAll(DYNAMIC_IMPORT)) {
    if (specifier !== undefined) found.push({ specifier, when: "later" });
  }
  return found;
}

/** What is wrong with one import of `path`, if anything. */
function importBreach(
  path: string,
  { specifier, when }: Import,
): string | undefined {
  if (specifier.startsWith("node:")) {
    return when === "start"
      ? `imports "${specifier}" at start: use await import()`
      : undefined;
  }
  if (/^(?:npm|jsr|https?|file):|^\//.test(specifier)) {
    return `imports "${specifier}": name it in deno.json`;
  }
  if (!specifier.startsWith(".")) return undefined;
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const [from, to] = [areaOf(path), areaOf(target)];
  if (to === undefined) return `imports "${target}", which is of no area`;
  if (from === undefined || from === to) return undefined;
  const [own, other] = [RANKS[from] ?? -1, RANKS[to] ?? -1];
  return other < own ? undefined : `imports "${target}" of rank ${other}`;
}

/** Every breach of the rules in one file, as `path: what`. */
function breachesOf({ path, text }: Source): string[] {
  const code = withoutComments(text);
  const area = areaOf(path);
  const found: (string | undefined)[] = [
    area === undefined ? "is of no area" : undefined,
    ...importsOf(code).map((one) => importBreach(path, one)),
    area !== UNSAFE_AREA && UNSAFE.test(code)
      ? `names ${UNSAFE.exec(code)?.[0]}`
      : undefined,
    EXIT.test(code) && !EXIT_CALLERS.includes(path)
      ? "names Deno.exit"
      : undefined,
    HOST_PATH.test(code) && path !== HOST_PATHS_FILE
      ? `spells the host path ${HOST_PATH.exec(code)?.[0]}`
      : undefined,
    lengthBreach(text),
  ];
  return found.filter((what) => what !== undefined).map((what) =>
    `${path}: ${what}`
  );
}

/** Generated tables say so on their first line and may be long. */
function lengthBreach(text: string): string | undefined {
  const [first = "", ...rest] = text.trimEnd().split("\n");
  const count = rest.length + 1;
  if (count <= MAX_LINES || /\bgenerated\b/i.test(first)) return undefined;
  return `has ${count} lines, more than ${MAX_LINES}`;
}

const CHECKOUT = decodeURIComponent(new URL("..", import.meta.url).pathname);

async function sourcesBelow(path: string): Promise<Source[]> {
  const sources: Source[] = [];
  for await (
    const { name, isDirectory } of Deno.readDir(`${CHECKOUT}${path}`)
  ) {
    const child = `${path}/${name}`;
    if (isDirectory) sources.push(...await sourcesBelow(child));
    else if (name.endsWith(".ts")) sources.push(await sourceAt(child));
  }
  return sources;
}

async function sourceAt(path: string): Promise<Source> {
  return { path, text: await Deno.readTextFile(`${CHECKOUT}${path}`) };
}

Deno.test("the source tree keeps the rules of its architecture", async () => {
  const sources = [
    await sourceAt("main.ts"),
    ...await sourcesBelow("ffi"),
    ...await sourcesBelow("lib"),
  ];
  assert.ok(sources.length > 10, `only ${sources.length} sources found`);
  assert.deepEqual(sources.flatMap(breachesOf), []);
});

/** The breaches of a made-up file. */
function breaches(path: string, ...lines: string[]): string[] {
  return breachesOf({ path, text: lines.join("\n") });
}

Deno.test("an import of a higher rank is a breach, in every form", () => {
  const path = "lib/oci/a.ts";
  const expected = [`${path}: imports "lib/engine/b.ts" of rank 5`];
  for (
    const line of [
      'import { b } from "../engine/b.ts";',
      "import { b } from '../engine/b.ts';",
      'import "../engine/b.ts";',
      'import * as b from "../engine/b.ts";',
      'import type { B } from "../engine/b.ts";',
      'import b, { c } from "../engine/b.ts";',
      'export { b } from "../engine/b.ts";',
      'export * from "../engine/b.ts";',
      'const { b } = await import("../engine/b.ts");',
      'import {\n  b,\n  type C,\n} from "../engine/b.ts";',
      '/** Not "closed. */ import { b } from "../engine/b.ts";',
    ]
  ) {
    assert.deepEqual(breaches(path, line), expected, line);
  }
});

Deno.test("an import of a sibling area is a breach", () => {
  assert.deepEqual(
    breaches("lib/runtime/plan/a.ts", 'import "../../storage/b.ts";'),
    ['lib/runtime/plan/a.ts: imports "lib/storage/b.ts" of rank 3'],
  );
});

Deno.test("an import of the own area or a lower rank is none", () => {
  assert.deepEqual(
    breaches(
      "lib/runtime/plan/a.ts",
      'import { b } from "../launch/b.ts";',
      'import { c } from "../../../ffi/c.ts";',
      'import arg from "arg";',
      '// import "../../engine/comment.ts";',
      "/* import '../../engine/comment.ts' */",
    ),
    [],
  );
  assert.deepEqual(breaches("main.ts", 'import "./lib/cli/app.ts";'), []);
});

Deno.test("tools, tests and files outside the areas are not imported", () => {
  for (const target of ["tools/build.ts", "tests/support/a.ts", "lib/x.ts"]) {
    assert.deepEqual(breaches("main.ts", `import "./${target}";`), [
      `main.ts: imports "${target}", which is of no area`,
    ]);
  }
  assert.deepEqual(breaches("lib/utils/a.ts", ""), [
    "lib/utils/a.ts: is of no area",
  ]);
});

Deno.test("node: is imported later or for types only, packages by name", () => {
  const path = "lib/base/a.ts";
  assert.deepEqual(breaches(path, 'import { gzip } from "node:zlib";'), [
    `${path}: imports "node:zlib" at start: use await import()`,
  ]);
  assert.deepEqual(breaches(path, 'await import("node:zlib");'), []);
  assert.deepEqual(breaches(path, 'import type { A } from "node:zlib";'), []);
  for (
    const specifier of ["npm:arg", "jsr:@std/x", "https://a/b.ts", "/b.ts"]
  ) {
    assert.deepEqual(breaches(path, `import "${specifier}";`), [
      `${path}: imports "${specifier}": name it in deno.json`,
    ]);
  }
});

Deno.test("raw memory, exit and host paths are named in their own places only", () => {
  const cases: [string, string, string | undefined][] = [
    ["lib/base/a.ts", "Deno.dlopen(x, {});", "names Deno.dlopen"],
    [
      "lib/base/a.ts",
      "type P = Deno.UnsafePointerView;",
      "names Deno.UnsafePointerView",
    ],
    ["ffi/a.ts", "Deno.dlopen(x, {});", undefined],
    ["lib/base/a.ts", "/** See Deno.dlopen. */", undefined],
    ["lib/cli/app.ts", "Deno.exit(1);", "names Deno.exit"],
    ["main.ts", "Deno.exit(1);", undefined],
    ["lib/cli/app.ts", "Deno.exitCode = 1;", undefined],
    [
      "lib/cli/app.ts",
      'const root = "/var/lib/tsdocker/x";',
      "spells the host path /var/lib/tsdocker",
    ],
    [
      "lib/cli/app.ts",
      "const root = `/run/tsdocker`;",
      "spells the host path /run/tsdocker",
    ],
    ["lib/cli/app.ts", "// below /run/tsdocker", undefined],
    [HOST_PATHS_FILE, 'const root = "/run/tsdocker";', undefined],
  ];
  for (const [path, line, what] of cases) {
    const expected = what === undefined ? [] : [`${path}: ${what}`];
    assert.deepEqual(breaches(path, line), expected, line);
  }
});

Deno.test("a file past 400 lines is a breach unless its first line says generated", () => {
  const long = Array<string>(401).fill("export {};");
  const path = "lib/base/a.ts";
  assert.deepEqual(breaches(path, ...long), [
    `${path}: has 401 lines, more than 400`,
  ]);
  assert.deepEqual(breaches(path, ...long.slice(1)), []);
  assert.deepEqual(breaches(path, "// Generated by x.ts.", ...long), []);
});
