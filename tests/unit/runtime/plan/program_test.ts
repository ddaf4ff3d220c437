/** @module */
import assert from "node:assert/strict";
import type { Process } from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  DEFAULT_PATH,
  INIT,
  INIT_FD,
  processSettingSteps,
  programPaths,
  programSteps,
  STATUS,
  STATUS_FD,
} from "../../../../lib/runtime/plan/program.ts";
import type { ChildStep } from "../../../../lib/runtime/plan/step.ts";
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

/** The steps that execute, after all others. */
function lastSteps(
  changes: Partial<Process>,
  options: { init: boolean } = { init: false },
): readonly ChildStep[] {
  return programSteps(processWith(changes), options).slice(-2);
}

Deno.test("programSteps() executes the init program only, which searches PATH", () => {
  const process = { args: ["ls", "-l"], env: ["PATH=/a:/b:/c"] } as const;
  assert.deepEqual(lastSteps(process).map(describeStep), [
    'execveat(4, "", ["exec", "ls", "-l"], ["PATH=/a:/b:/c"], AT_EMPTY_PATH)',
    'execve("/proc/self/fd/4", ["exec", "ls", "-l"], ["PATH=/a:/b:/c"])',
  ]);
});

Deno.test("programSteps() lets the init program stay if asked for", () => {
  const words = '["/sbin/docker-init", "--", "ls", "-l"], ["PATH=/a:/b"]';
  const process = { args: ["ls", "-l"], env: ["PATH=/a:/b"] } as const;
  assert.deepEqual(lastSteps(process, { init: true }).map(describeStep), [
    `execveat(4, "", ${words}, AT_EMPTY_PATH)`,
    `execve("/proc/self/fd/4", ${words})`,
  ]);
});

Deno.test("programSteps() executes by path only where execveat is refused", () => {
  const [first, second] = lastSteps({ args: ["/a"] });
  assert.deepEqual(first?.tolerate, ["EPERM", "EACCES", "ENOSYS"]);
  assert.equal(first?.args[0], INIT_FD);
  assert.equal(second?.tolerate, undefined);
  assert.equal(second?.args[0], `/proc/self/fd/${INIT_FD}`);
});

Deno.test("programSteps() follows no path of a /proc that it has not mounted", () => {
  const steps = programSteps(processWith({ args: ["/a"] }), {
    init: false,
    proc: "container's",
  });
  const executing = steps.filter(({ call }) => call.startsWith("exec"));
  assert.deepEqual(executing.map(({ call }) => call), ["execveat"]);
  assert.equal(executing[0]?.tolerate, undefined);
});

Deno.test("programSteps() ends argv and envp with NULL", () => {
  for (const step of lastSteps({ args: ["/a", ""], env: [] })) {
    const lists = step.args.filter((argument) =>
      typeof argument === "object" && argument !== null && "words" in argument
    );
    assert.deepEqual(lists, [{ words: ["exec", "/a", "", null] }, {
      words: [null],
    }]);
  }
});

Deno.test("programSteps() makes its kinds of steps in that order", () => {
  const calls = programSteps(processWith({ args: ["/a"] }), { init: false })
    .map(({ call }) => call);
  const kinds = calls.filter((call, index) => call !== calls[index - 1]);
  assert.deepEqual(kinds, [
    "rt_sigaction",
    "rt_sigprocmask",
    "execveat",
    "execve",
  ]);
});

Deno.test("processSettingSteps() closes everything above what it has placed", () => {
  const steps = processSettingSteps(processWith({}));
  const texts = steps.map(describeStep);
  const order = [
    // Not close-on-exec: the init program reports by it.
    `dup3($${STATUS}, ${STATUS_FD}, 0)`,
    `dup3($${INIT}, ${INIT_FD}, O_CLOEXEC)`,
    `close_range(${INIT_FD + 1}, ~0U, 0)`,
    // A descriptor of the host as working directory would lead out.
    'openat2(AT_FDCWD, "/", {O_PATH|O_DIRECTORY|O_CLOEXEC, 0, RESOLVE_NO_MAGICLINKS}, 24)',
    "fchdir($workingdirectory)",
  ].map((text) => texts.indexOf(text));
  assert.ok(!order.includes(-1), texts.join("\n"));
  assert.deepEqual(order, order.toSorted((a, b) => a - b));
});

Deno.test("processSettingSteps() says which working directory is at fault", () => {
  const open = processSettingSteps(processWith({ cwd: "/a b" }))
    .find(({ call }) => call === "openat2");
  assert.equal(open?.attempt, 'change to the working directory "/a b"');
});

Deno.test("processSettingSteps() ends with what hides the host's executable", () => {
  const last = processSettingSteps(processWith({})).at(-1);
  assert.equal(last && describeStep(last), "prctl(PR_SET_DUMPABLE, 0)");
});

Deno.test("processSettingSteps() sets the mask of the user, 022 if it has none", () => {
  const mask = (umask?: number): unknown => {
    const user = { uid: 0, gid: 0, additionalGids: [] };
    return processSettingSteps(
      processWith({ user: umask === undefined ? user : { ...user, umask } }),
    ).find(({ call }) => call === "umask")?.args;
  };
  assert.deepEqual(mask(), [{ value: 0o022, text: "022" }]);
  assert.deepEqual(mask(0), [{ value: 0, text: "00" }]);
  assert.deepEqual(mask(0o7), [{ value: 7, text: "07" }]);
});

Deno.test("processSettingSteps() starts nothing with the caller's keys for want of a quota", () => {
  const [join] = processSettingSteps(processWith({}));
  assert.equal(join?.call, "keyctl");
  // Who shares its ids may fill the quota, and then read what is inherited.
  assert.deepEqual(join.tolerate, ["ENOSYS", "EPERM"]);
});
