/**
 * What can be checked of the documentation: that links lead somewhere, that
 * files it names exist, that decisions have their parts, that no environment
 * variable is left out.
 *
 * @module
 */
import assert from "node:assert/strict";

const CHECKOUT = decodeURIComponent(
  new URL("../../", import.meta.url).pathname,
);
const DECISIONS = "docs/decisions";
const PARTS = ["Context", "Decision", "Consequences"];

/** Paths of the tree as the documentation writes them, in backticks. */
const NAMED_PATH =
  /`((?:lib|ffi|tools|tests|images|docs|\.ci)\/[\w./-]*|main\.ts)`/g;
const LINK = /\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)/g;
const VARIABLE = /\bTSDOCKER_(?!TEST_)[A-Z_]+\b/g;

/** Sources in which a variable of the environment is read. */
const READERS = [
  "lib/cli/engine.ts",
  "lib/cli/registry_setup.ts",
  "ffi/starter/x86_64.s",
  "tools/build.ts",
];

function readText(path: string): Promise<string> {
  return Deno.readTextFile(`${CHECKOUT}${path}`);
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

/** Every page for people, relative to the checkout. */
async function pages(): Promise<string[]> {
  const found = ["README.md", "CHANGELOG.md", "CONTRIBUTING.md"];
  for (const folder of ["docs", DECISIONS]) {
    for await (const { name } of Deno.readDir(`${CHECKOUT}${folder}`)) {
      if (name.endsWith(".md")) found.push(`${folder}/${name}`);
    }
  }
  return found;
}

/** What a pattern's first group matches, in every page, as page and match. */
async function mentions(pattern: RegExp): Promise<[string, string][]> {
  const found: [string, string][] = [];
  for (const page of await pages()) {
    for (const [, match = ""] of (await readText(page)).matchAll(pattern)) {
      found.push([page, match]);
    }
  }
  return found;
}

Deno.test("links in the documentation lead to files", async () => {
  const links = await mentions(LINK);
  assert.ok(links.length > 5);
  for (const [page, target] of links) {
    const { pathname } = new URL(target, `file://${CHECKOUT}${page}`);
    assert.ok(await exists(decodeURIComponent(pathname)), `${page}: ${target}`);
  }
});

Deno.test("files that the documentation names exist", async () => {
  const paths = await mentions(NAMED_PATH);
  assert.ok(paths.length > 30);
  // Named as what is not there yet.
  const planned = new Set(["lib/registry/", "lib/monitor/"]);
  for (const [page, path] of paths) {
    if (planned.has(path)) continue;
    assert.ok(await exists(`${CHECKOUT}${path}`), `${page}: ${path}`);
  }
});

Deno.test("decisions are numbered without gaps and have their parts", async () => {
  const names = (await pages()).filter((page) => page.startsWith(DECISIONS))
    .toSorted();
  assert.ok(names.length > 0);
  for (const [index, name] of names.entries()) {
    const number = String(index + 1).padStart(4, "0");
    assert.match(name, new RegExp(`/${number}-[a-z0-9.-]+\\.md$`));
    const text = await readText(name);
    assert.ok(text.startsWith(`# ${index + 1}. `), name);
    const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, part]) => part);
    assert.deepEqual(headings, PARTS, name);
  }
});

Deno.test("README.md tells of every environment variable", async () => {
  const readme = await readText("README.md");
  const told = new Set(readme.match(VARIABLE));
  const read = new Set<string>();
  for (const path of READERS) {
    const text = await readText(path);
    for (const name of text.match(VARIABLE) ?? []) read.add(name);
  }
  assert.deepEqual([...told].toSorted(), [...read].toSorted());
});

Deno.test("CHANGELOG.md begins with the version of the tree", async () => {
  const { VERSION } = await import("../../lib/base/build_info.ts");
  const [, heading] = /^## (\S+)/m.exec(await readText("CHANGELOG.md")) ?? [];
  assert.equal(heading, VERSION);
});
