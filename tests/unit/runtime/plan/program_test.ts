/** @module */
import assert from "node:assert/strict";
import type { Process } from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  DEFAULT_PATH,
  INIT_FD,
  parentDeathStep,
  processSettingSteps,
  programPaths,
  programSteps,
  STATUS_FD,
} from "../../../../lib/runtime/plan/program.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

function processWith(changes: Partial<Process>): Process {
  return runtimeSpec({ process: changes }).process;
}

function paths(name: string, ...env: string[]): readonly string[] {
  return programPaths(processWith({ args: [name], env }));
}

const DEFAULT_PATHS = DEFAULT_PATH.split(":").map((path) => `${path}/ls`);

const PATHS: readonly (readonly [
  claim: string,
  env: readonly string[],
  expected: readonly string[],
])[] = [
  ["each directory of PATH in order", ["PATH=/b:/a"], ["/b/ls", "/a/ls"]],
  ["the default without PATH", ["HOME=/"], DEFAULT_PATHS],
  ["the default if only another name ends alike", ["XPATH=/a"], DEFAULT_PATHS],
  ["the default if only another name begins alike", [
    "PATHS=/a",
  ], DEFAULT_PATHS],
  ["the default for a name without a value", ["PATH"], DEFAULT_PATHS],
  ["the working directory for an empty element", ["PATH=/a::/b"], [
    "/a/ls",
    "./ls",
    "/b/ls",
  ]],
  ["the working directory at either end", ["PATH=:/a:"], [
    "./ls",
    "/a/ls",
    "./ls",
  ]],
  ["the working directory for an empty PATH", ["PATH="], ["./ls"]],
  ["the last of several PATHs", ["PATH=/a", "PATH=/b"], ["/b/ls"]],
  ["a relative directory as it is", ["PATH=bin"], ["bin/ls"]],
  ["a directory with a trailing slash", ["PATH=/a/"], ["/a//ls"]],
  ["a directory with an equals sign", ["PATH=/a=b"], ["/a=b/ls"]],
];

for (const [claim, env, expected] of PATHS) {
  Deno.test(`programPaths() tries ${claim}`, () => {
    assert.deepEqual(paths("ls", ...env), expected);
  });
}

Deno.test("programPaths() searches nowhere for a name with a slash", () => {
  for (const name of ["/bin/ls", "./ls", "bin/ls", "../ls", "ls/"]) {
    assert.deepEqual(paths(name, "PATH=/a:/b"), [name]);
  }
});

Deno.test("programSteps() goes on to the next directory, but not from the last", () => {
  const steps = programSteps(
    processWith({ args: ["ls", "-l"], env: ["PATH=/a:/b:/c"] }),
    { init: false },
  );
  const tries = steps.filter(({ call }) => call === "execve");
  assert.deepEqual(tries.map(({ tolerate }) => tolerate), [
    ["ENOENT", "ENOTDIR", "EACCES"],
    ["ENOENT", "ENOTDIR", "EACCES"],
    undefined,
  ]);
  assert.equal(
    describeStep(tries[2] ?? parentDeathStep("")),
    'execve("/c/ls", ["ls", "-l"], ["PATH=/a:/b:/c"])',
  );
});

Deno.test("programSteps() ends argv and envp with NULL", () => {
  const step = programSteps(
    processWith({ args: ["/a", ""], env: [] }),
    { init: false },
  ).at(-1);
  assert.deepEqual(step?.args, ["/a", { words: ["/a", "", null] }, {
    words: [null],
  }]);
});

Deno.test("programSteps() makes its last three kinds of steps in that order", () => {
  const calls = programSteps(processWith({ args: ["/a"] }), { init: false })
    .map(({ call }) => call);
  const kinds = calls.filter((call, index) => call !== calls[index - 1]);
  assert.deepEqual(kinds, ["rt_sigaction", "rt_sigprocmask", "execve"]);
});

Deno.test("programSteps() gives the init the program unresolved", () => {
  const step = programSteps(
    processWith({ args: ["ls", "-l"], env: ["PATH=/a:/b"] }),
    { init: true },
  ).at(-1);
  assert.deepEqual(step?.args.slice(0, 4), [
    INIT_FD,
    "",
    { words: ["/sbin/docker-init", "--", "ls", "-l", null] },
    { words: ["PATH=/a:/b", null] },
  ]);
  assert.equal(step?.tolerate, undefined);
});

Deno.test("processSettingSteps() closes everything above what it has placed", () => {
  for (const [init, above] of [[false, STATUS_FD], [true, INIT_FD]] as const) {
    const steps = processSettingSteps(processWith({}), { init });
    const calls = steps.map(({ call }) => call);
    assert.deepEqual(steps[calls.indexOf("close_range")]?.args[0], above + 1);
    assert.ok(calls.lastIndexOf("dup3") < calls.indexOf("close_range"));
    // A descriptor of the host as working directory would lead out.
    assert.ok(calls.indexOf("close_range") < calls.indexOf("chdir"));
  }
});

Deno.test("processSettingSteps() sets the mask of the user, 022 if it has none", () => {
  const mask = (umask?: number): unknown => {
    const user = { uid: 0, gid: 0, additionalGids: [] };
    return processSettingSteps(
      processWith({ user: umask === undefined ? user : { ...user, umask } }),
      { init: false },
    ).find(({ call }) => call === "umask")?.args;
  };
  assert.deepEqual(mask(), [{ value: 0o022, text: "022" }]);
  assert.deepEqual(mask(0), [{ value: 0, text: "00" }]);
  assert.deepEqual(mask(0o7), [{ value: 7, text: "07" }]);
});
