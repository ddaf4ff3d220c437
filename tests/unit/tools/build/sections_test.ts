/** @module */
import assert from "node:assert/strict";
import {
  redirect,
  sectionEntries,
  type Sections,
} from "../../../../tools/build/sections.ts";

const SECTIONS: Sections = {
  often: ["lib/a/one.ts", "lib/two.ts"],
  seldom: ["lib/three.ts"],
};

Deno.test("redirect() finds late imports wherever they stand", () => {
  const text = [
    'import { z } from "./z.ts";',
    'const { one } = await import("./a/one.ts");',
    "return (await import(",
    '  "../lib/three.ts",',
    ")).three;",
    'load: async () => (await import("./unnamed.ts")).command,',
  ].join("\n");
  assert.deepEqual(redirect("lib/x.ts", text, SECTIONS), {
    text: [
      'import { z } from "./z.ts";',
      'const { one } = (await import(["./often.js"][0]))["lib/a/one.ts"];',
      'return ((await import(["./seldom.js"][0]))["lib/three.ts"]).three;',
      'load: async () => ((await import(["./rest.js"][0]))["lib/unnamed.ts"]).command,',
    ].join("\n"),
    late: ["lib/a/one.ts", "lib/three.ts", "lib/unnamed.ts"],
  });
});

Deno.test("redirect() leaves what Deno and packages bring, and types", () => {
  for (
    const text of [
      'await import("node:zlib")',
      'await import("modern-tar")',
      "await import(name)",
      'type M = typeof import("./a/one.ts");',
    ]
  ) {
    assert.deepEqual(redirect("lib/x.ts", text, SECTIONS), { text, late: [] });
  }
});

Deno.test("sectionEntries() puts each module in one section", () => {
  const late = new Set([
    "lib/two.ts",
    "lib/unnamed.ts",
    "lib/a/one.ts",
    "lib/three.ts",
  ]);
  assert.deepEqual([...sectionEntries(late, SECTIONS)], [
    [
      "often",
      'export * as "lib/a/one.ts" from "./lib/a/one.ts";\nexport * as "lib/two.ts" from "./lib/two.ts";\n',
    ],
    ["rest", 'export * as "lib/unnamed.ts" from "./lib/unnamed.ts";\n'],
    ["seldom", 'export * as "lib/three.ts" from "./lib/three.ts";\n'],
  ]);
});

Deno.test("sectionEntries() refuses a module that nothing imports late", () => {
  assert.throws(
    () => sectionEntries(new Set(["lib/two.ts", "lib/three.ts"]), SECTIONS),
    /^Error: Nothing imports "lib\/a\/one\.ts" of tools\/build\/sections\.ts$/,
  );
});
