/** @module */
import assert from "node:assert/strict";
import {
  type Layout,
  redirect,
  sectionEntries,
} from "../../../../tools/build/sections.ts";

const LAYOUT: Layout = {
  name: "l",
  start: [],
  sections: {
    often: ["lib/a/one.ts", "lib/two.ts"],
    seldom: ["lib/three.ts"],
  },
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
  assert.deepEqual(redirect("lib/x.ts", text, LAYOUT), {
    text: [
      'import { z } from "./z.ts";',
      'const { one } = (await import(["./l.often.js"][0]))["lib/a/one.ts"];',
      'return ((await import(["./l.seldom.js"][0]))["lib/three.ts"]).three;',
      'load: async () => ((await import(["./l.rest.js"][0]))["lib/unnamed.ts"]).command,',
    ].join("\n"),
    late: ["lib/a/one.ts", "lib/three.ts", "lib/unnamed.ts"],
    atStart: [],
  });
});

Deno.test("redirect() imports at once what a layout starts with", () => {
  const text = [
    'import { z } from "./z.ts";',
    'const { one } = await import("./a/one.ts");',
    'const { three } = await import("../three.ts");',
    'again: () => (await import("./a/one.ts")).one,',
  ].join("\n");
  const start = ["lib/cli/a/one.ts"];
  assert.deepEqual(redirect("lib/cli/x.ts", text, { ...LAYOUT, start }), {
    text: [
      'import { z } from "./z.ts";',
      "const { one } = start_lib_cli_a_one_ts;",
      'const { three } = (await import(["./l.seldom.js"][0]))["lib/three.ts"];',
      "again: () => (start_lib_cli_a_one_ts).one,",
      'import * as start_lib_cli_a_one_ts from "./../../lib/cli/a/one.ts";',
    ].join("\n"),
    late: ["lib/three.ts"],
    atStart: start,
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
    assert.deepEqual(redirect("lib/x.ts", text, LAYOUT), {
      text,
      late: [],
      atStart: [],
    });
  }
});

Deno.test("redirect() leaves other commands to the layout with all of them", () => {
  const path = "lib/cli/command_table.ts";
  const text = [
    'load: async () => (await import("../three.ts")).three,',
    "load: async () =>",
    '  (await import("./commands/images.ts")).imagesCommand,',
    'load: async () => (await import("./commands/ps.ts")).psCommand,',
    'begin: async () => (await import("./ready.ts")).begin(),',
  ].join("\n");
  assert.deepEqual(redirect(path, text, LAYOUT), {
    text: [
      'load: async () => ((await import(["./l.seldom.js"][0]))["lib/three.ts"]).three,',
      "load: runAgain,",
      "load: runAgain,",
      "begin: async () => (await runAgain()).begin(),",
      "async function runAgain() {",
      '  return await (await import(["./main.again.js"][0])).again();',
      "}",
    ].join("\n"),
    late: ["lib/three.ts"],
    atStart: [],
  });
  const start = ["lib/cli/commands/ps.ts"];
  const { atStart } = redirect(path, text, { ...LAYOUT, start });
  assert.deepEqual(atStart, start);
  const { late } = redirect(path, text, { ...LAYOUT, name: "main" });
  assert.deepEqual(late, [
    "lib/three.ts",
    "lib/cli/commands/images.ts",
    "lib/cli/commands/ps.ts",
    "lib/cli/ready.ts",
  ]);
});

Deno.test("sectionEntries() puts each module in one section", () => {
  const late = new Set([
    "lib/two.ts",
    "lib/unnamed.ts",
    "lib/a/one.ts",
    "lib/three.ts",
  ]);
  assert.deepEqual([...sectionEntries(late, LAYOUT)], [
    [
      "l.often",
      'import "./l.ts";\nexport * as "lib/a/one.ts" from "./lib/a/one.ts";\nexport * as "lib/two.ts" from "./lib/two.ts";\n',
    ],
    [
      "l.rest",
      'import "./l.ts";\nexport * as "lib/unnamed.ts" from "./lib/unnamed.ts";\n',
    ],
    [
      "l.seldom",
      'import "./l.ts";\nexport * as "lib/three.ts" from "./lib/three.ts";\n',
    ],
  ]);
});

Deno.test("sectionEntries() has all sections load the one that is needed soon", () => {
  const late = new Set(["lib/two.ts", "lib/a/one.ts", "lib/three.ts"]);
  const entries = sectionEntries(late, { ...LAYOUT, soon: "often" });
  const [, often = ""] = [...entries][0] ?? [];
  assert.ok(often.startsWith('import "./l.ts";\nexport'));
  assert.equal(
    entries.get("l.seldom"),
    'import "./l.ts";\nimport "./l.often.ts";\nexport * as "lib/three.ts" from "./lib/three.ts";\n',
  );
});

Deno.test("sectionEntries() refuses a module that nothing imports late", () => {
  assert.throws(
    () => sectionEntries(new Set(["lib/two.ts", "lib/three.ts"]), LAYOUT),
    /^Error: Nothing imports "lib\/a\/one\.ts" of tools\/build\/layouts\.ts$/,
  );
});
