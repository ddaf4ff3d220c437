/** @module */
import assert from "node:assert/strict";
import { bundle, stampLine } from "../../../../tools/build/bundle.ts";

/** A source tree in a temporary directory. */
async function checkoutOf(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  for (const [name, text] of Object.entries(files)) {
    await Deno.writeTextFile(`${path}/${name}`, text);
  }
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

const TREE = {
  "deno.json": "{}",
  "main.ts":
    'import { who } from "./who.ts";\nconst { a } = await import("./later.ts");\nconsole.log(`${who()} ${a}`);\n',
  "who.ts":
    'declare const TSDOCKER_BUILD: { kind: string } | undefined;\nexport function who(): string {\n  return typeof TSDOCKER_BUILD === "undefined" ? "source" : TSDOCKER_BUILD.kind;\n}\n',
  "later.ts": "export const a: number = 7;\n",
};

/** What a module prints. */
async function printed(text: string): Promise<string> {
  const path = await Deno.makeTempFile({ suffix: ".js" });
  try {
    await Deno.writeTextFile(path, text);
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-config", "--no-lock", path],
    }).output();
    return new TextDecoder().decode(stdout);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("bundle() puts a whole program into one module that finds its stamp", async () => {
  await using checkout = await checkoutOf(TREE);
  const text = await bundle("main.ts", checkout.path);
  assert.doesNotMatch(text, /import\("\.\//);
  assert.equal(await printed(text), "source 7\n");
  const stamp = stampLine({ kind: "portable", commit: "c" });
  assert.equal(await printed(stamp + text), "portable 7\n");
});

Deno.test("bundle() gives the same bytes in another directory", async () => {
  await using one = await checkoutOf(TREE);
  await using other = await checkoutOf(TREE);
  assert.equal(
    await bundle("main.ts", one.path),
    await bundle("main.ts", other.path),
  );
});

Deno.test("bundle() says what is wrong with the sources", async () => {
  await using checkout = await checkoutOf({ ...TREE, "who.ts": "export {" });
  await assert.rejects(
    bundle("main.ts", checkout.path),
    /^Error: Cannot bundle "main\.ts":[^]*who\.ts/,
  );
});
