/**
 * Plans on paper, before and after they are carried out.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  formatPlan,
  type PlanOutcomes,
} from "../../../../lib/cli/output/plan.ts";
import type { LaunchPlan } from "../../../../lib/runtime/plan/step.ts";

const PLAN: LaunchPlan = {
  prepare: [
    {
      call: "openat",
      args: [{ value: -100, text: "AT_FDCWD" }, { beneath: "/dev" }, 0],
      as: "dev",
      why: "needed later",
    },
    {
      call: "mount",
      args: ["a\x1b[2J\x9b", { beneath: "/proc", leaf: "x" }, null, 0, null],
      tolerate: ["EPERM"],
      why: "the kernel may hide it",
    },
  ],
  clone: { value: 0, text: "CLONE_NEWNS|CLONE_NEWPID" },
  child: [
    { call: "sethostname", args: ["box", 3], why: "asked for" },
    { call: "execve", args: ["/bin/true"], why: "the program" },
  ],
};

const OUTCOME: PlanOutcomes = {
  launcher: "native",
  prepared: [{ result: 7, ms: 0.0312 }, { result: -1, ms: 1.5 }],
  made: [{ result: 0, ms: 0.25 }, { result: 0, ms: 12 }],
};

Deno.test("formatPlan() prints each step, and why it is there", () => {
  assert.equal(
    formatPlan(PLAN, { format: "text" }),
    String.raw`In a private mount namespace of tsdocker:
  openat(AT_FDCWD, <root>/dev, 0) = $dev
    # needed later
  mount("a\u001b[2J\x9b", <root>/proc/x, NULL, 0, NULL)
    # the kernel may hide it

clone3(CLONE_NEWNS|CLONE_NEWPID)

In the new process:
  sethostname("box", 3)
    # asked for
  execve("/bin/true")
    # the program
`,
  );
});

Deno.test("formatPlan() adds time and result of steps that were made", () => {
  assert.equal(
    formatPlan(PLAN, { format: "text" }, OUTCOME),
    String.raw`In a private mount namespace of tsdocker:
     0.031 ms  openat(AT_FDCWD, <root>/dev, 0) = $dev = 7
                 # needed later
     1.500 ms  mount("a\u001b[2J\x9b", <root>/proc/x, NULL, 0, NULL) = -EPERM
                 # the kernel may hide it

clone3(CLONE_NEWNS|CLONE_NEWPID)

In the new process, by the native launcher:
     0.250 ms  sethostname("box", 3) = 0
                 # asked for
    12.000 ms  execve("/bin/true") = 0
                 # the program
`,
  );
});

Deno.test("formatPlan() as JSON is one line with the same facts", () => {
  const text = formatPlan(PLAN, { format: "json" }, OUTCOME);
  assert.equal(text.indexOf("\n"), text.length - 1);
  assert.deepEqual(JSON.parse(text), {
    launcher: "native",
    prepare: [
      {
        call: "openat",
        text: "openat(AT_FDCWD, <root>/dev, 0)",
        as: "dev",
        why: "needed later",
        result: 7,
        ms: 0.0312,
      },
      {
        call: "mount",
        text: 'mount("a\\u001b[2J\x9b", <root>/proc/x, NULL, 0, NULL)',
        why: "the kernel may hide it",
        result: -1,
        ms: 1.5,
      },
    ],
    clone: "clone3(CLONE_NEWNS|CLONE_NEWPID)",
    child: [
      {
        call: "sethostname",
        text: 'sethostname("box", 3)',
        why: "asked for",
        result: 0,
        ms: 0.25,
      },
      {
        call: "execve",
        text: 'execve("/bin/true")',
        why: "the program",
        result: 0,
        ms: 12,
      },
    ],
  });
});

Deno.test("formatPlan() as JSON leaves out what has not happened", () => {
  const document = JSON.parse(formatPlan(PLAN, { format: "json" }));
  assert.deepEqual(Object.keys(document), ["prepare", "clone", "child"]);
  assert.deepEqual(document.child[1], {
    call: "execve",
    text: 'execve("/bin/true")',
    why: "the program",
  });
});

Deno.test("formatPlan() leaves out a step that was not needed after all", () => {
  const made = OUTCOME.made.slice(0, 1);
  for (const format of ["text", "json"] as const) {
    const text = formatPlan(PLAN, { format }, { ...OUTCOME, made });
    assert.ok(text.includes("sethostname"));
    assert.ok(!text.includes("execve"));
  }
});

Deno.test("formatPlan() shows the ids of a user namespace", () => {
  const idMaps = { uid: "0 5000 9\n9 1 1\n", gid: "0 6000 10\n" };
  const plan: LaunchPlan = { ...PLAN, idMaps };
  assert.ok(
    formatPlan(plan, { format: "text" }).includes(
      "\nclone3(CLONE_NEWNS|CLONE_NEWPID)\n" +
        "  /proc/PID/uid_map: 0 5000 9, 9 1 1\n" +
        "  /proc/PID/gid_map: 0 6000 10\n\nIn the new process:",
    ),
  );
  assert.deepEqual(
    JSON.parse(formatPlan(plan, { format: "json" })).idMaps,
    idMaps,
  );
});
