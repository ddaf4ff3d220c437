/** @module */
import assert from "node:assert/strict";
import {
  BUNDLE_RUN_FLAGS,
  invocationOf,
  layoutFor,
  selfInvocation,
  SOURCE_RUN_FLAGS,
} from "../../../../lib/runtime/launch/self_invocation.ts";

const MAIN = new URL("../../../../main.ts", import.meta.url).pathname;

Deno.test("invocationOf() gives a compiled program its arguments alone", () => {
  const program = {
    kind: "compiled",
    execPath: "/opt/t",
    script: "/x",
  } as const;
  assert.deepEqual(invocationOf(program, ["a", "b"]), {
    path: "/opt/t",
    args: ["a", "b"],
  });
});

Deno.test("invocationOf() gives Deno the flags, the bundle, then the arguments", () => {
  const program = {
    kind: "portable",
    execPath: "/r/tsdocker",
    script: "/r/main.js",
  } as const;
  assert.deepEqual(invocationOf(program, ["init", "-A"]), {
    path: "/r/tsdocker",
    args: [...BUNDLE_RUN_FLAGS, "/r/main.js", "init", "-A"],
  });
});

Deno.test("invocationOf() keeps a path with spaces one argument", () => {
  const program = {
    kind: "source",
    execPath: "/d",
    script: "/a b/main.ts",
  } as const;
  assert.deepEqual(invocationOf(program, []).args, [
    ...SOURCE_RUN_FLAGS,
    "/a b/main.ts",
  ]);
});

Deno.test("layoutFor() looks for a quick command, wherever it is", () => {
  assert.equal(layoutFor(["--debug", "container", "exec", "run"]), "exec");
  assert.equal(layoutFor(["init", "3"]), "main");
  assert.equal(layoutFor([]), "main");
});

Deno.test("selfInvocation() names main.ts when run from source", () => {
  const { path, args } = selfInvocation("version");
  assert.equal(path, Deno.execPath());
  assert.deepEqual(args, [...SOURCE_RUN_FLAGS, MAIN, "version"]);
});

Deno.test("selfInvocation() starts the program in any working directory", async () => {
  const { path, args } = selfInvocation("version");
  const { code, stderr } = await new Deno.Command(path, { args, cwd: "/" })
    .output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
});

Deno.test("the run flags neither read a configuration nor use the network", () => {
  for (const flag of ["--no-config", "--no-lock", "--no-remote", "--no-npm"]) {
    assert.ok(BUNDLE_RUN_FLAGS.includes(flag), flag);
  }
  assert.ok(SOURCE_RUN_FLAGS.includes("--cached-only"));
});
