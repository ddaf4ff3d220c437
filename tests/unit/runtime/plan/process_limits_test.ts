/** @module */
import assert from "node:assert/strict";
import type { Process } from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  procSettingSteps,
  rlimitSteps,
  writeSteps,
} from "../../../../lib/runtime/plan/process_limits.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

function withProcess(process: Partial<Process>): Process {
  return runtimeSpec({ process }).process;
}

Deno.test("rlimitSteps() sets each limit of the calling process", () => {
  const steps = rlimitSteps(withProcess({
    rlimits: [
      { type: "RLIMIT_NOFILE", soft: 64, hard: 128 },
      { type: "RLIMIT_CORE", soft: 0, hard: -1 },
    ],
  }));
  assert.deepEqual(steps.map(describeStep), [
    "prlimit64(0, RLIMIT_NOFILE, {64, 128}, NULL)",
    "prlimit64(0, RLIMIT_CORE, {0, RLIM_INFINITY}, NULL)",
  ]);
  const [, core] = steps;
  assert.deepEqual(core?.args[2], {
    words: [0, { value: 2n ** 64n - 1n, text: "RLIM_INFINITY" }],
  });
});

Deno.test("rlimitSteps() and procSettingSteps() do nothing unless asked", () => {
  assert.deepEqual(rlimitSteps(withProcess({})), []);
  assert.deepEqual(procSettingSteps(withProcess({})), []);
});

Deno.test("procSettingSteps() writes the score and the profile to the host's /proc", () => {
  const steps = procSettingSteps(
    withProcess({ oomScoreAdj: -500, apparmorProfile: "docker-default" }),
  );
  assert.deepEqual(steps.map(describeStep), [
    'openat(AT_FDCWD, "/proc/self/oom_score_adj", O_WRONLY|O_CLOEXEC)',
    'write($oom_score_adj, "-500", 4)',
    'openat(AT_FDCWD, "/proc/thread-self/attr/apparmor/exec", O_WRONLY|O_CLOEXEC)',
    'write($exec, "exec docker-default", 19)',
  ]);
});

Deno.test("procSettingSteps() writes a score of 0 too", () => {
  assert.equal(procSettingSteps(withProcess({ oomScoreAdj: 0 })).length, 2);
});

Deno.test("writeSteps() counts bytes, not characters", () => {
  const [, write] = writeSteps("/x", "schön", "a test");
  assert.equal(write?.args[2], 6);
});
