/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import type { Linux, RuntimeSpec } from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import { createPlan } from "../../../../lib/runtime/plan/plan.ts";
import type {
  ChildStep,
  PrepareStep,
} from "../../../../lib/runtime/plan/step.ts";
import {
  becomeRootSteps,
  fileOwnerSteps,
  unlockRootSteps,
  withHostOwners,
} from "../../../../lib/runtime/plan/user_namespace.ts";
import {
  DEFAULT_MOUNTS,
  fileSystem,
  OVERLAY,
  runtimeSpec,
  type SpecChanges,
} from "../../../support/runtime_spec.ts";

const UID = 300_000;
const GID = 400_000;

function mapped(
  changes: SpecChanges = {},
  linux: Partial<Linux> = {},
): RuntimeSpec {
  return runtimeSpec({
    ...changes,
    linux: {
      namespaces: [...runtimeSpec().linux.namespaces, { type: "user" }],
      uidMappings: [{ containerID: 0, hostID: UID, size: 65_536 }],
      gidMappings: [{ containerID: 0, hostID: GID, size: 65_536 }],
      ...linux,
    },
  });
}

function texts(steps: readonly (PrepareStep | ChildStep)[]): string[] {
  return steps.map(describeStep);
}

/** The places of texts in others, in order. */
function assertInOrder(
  all: readonly string[],
  wanted: readonly RegExp[],
): void {
  let from = 0;
  for (const pattern of wanted) {
    const found = all.findIndex((text, index) =>
      index >= from && pattern.test(text)
    );
    assert.ok(found >= 0, `${pattern} after ${all[from - 1]}`);
    from = found + 1;
  }
}

Deno.test("fileOwnerSteps() changes the file maker and puts all of it back", () => {
  const { begin, end } = fileOwnerSteps(mapped());
  assert.deepEqual(texts(begin), [
    "prctl(PR_GET_DUMPABLE)",
    "prctl(PR_GET_SECUREBITS)",
    "prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP)",
    `setfsgid(${GID})`,
    `setfsuid(${UID})`,
  ]);
  assert.deepEqual(begin.map(({ as }) => as), [
    "dumpable",
    "securebits",
    undefined,
    "fsgid",
    "fsuid",
  ]);
  assert.deepEqual(texts(end), [
    "setfsuid($fsuid)",
    "setfsgid($fsgid)",
    "prctl(PR_SET_SECUREBITS, $securebits)",
    "prctl(PR_SET_DUMPABLE, $dumpable)",
  ]);
  assert.ok(end.every(({ always }) => always === "also on failure"));
});

Deno.test("what a user namespace takes is not there without one", () => {
  const spec = runtimeSpec();
  assert.deepEqual(fileOwnerSteps(spec), { begin: [], end: [] });
  assert.deepEqual(unlockRootSteps(spec), []);
  assert.deepEqual(becomeRootSteps(spec), []);
  const mount = fileSystem("/t", "tmpfs", "uid=5,gid=7");
  assert.equal(withHostOwners(spec, mount), mount);
});

Deno.test("withHostOwners() translates the owners among the options", () => {
  const tmpfs = fileSystem("/t", "tmpfs", "nosuid,uid=5,mode=700,gid=7");
  assert.deepEqual(
    withHostOwners(mapped(), tmpfs).options,
    ["nosuid", `uid=${UID + 5}`, "mode=700", `gid=${GID + 7}`],
  );
});

Deno.test("withHostOwners() leaves out a terminal's group that is not mapped", () => {
  const gidMappings = [{ containerID: 0, hostID: 9, size: 5 }];
  const spec = mapped({}, { gidMappings });
  const devpts = fileSystem("/dev/pts", "devpts", "newinstance,gid=5");
  assert.deepEqual(withHostOwners(spec, devpts).options, ["newinstance"]);
  const tmpfs = fileSystem("/t", "tmpfs", "gid=5");
  assert.throws(() => withHostOwners(spec, tmpfs), SpecError);
});

Deno.test("unlockRootSteps() binds the root on itself, with all in it", () => {
  assert.deepEqual(texts(unlockRootSteps(mapped())), [
    'mount("/c/root", "/c/root", NULL, MS_BIND|MS_REC, NULL)',
  ]);
});

Deno.test("becomeRootSteps() takes groups, group and user of the container", () => {
  assert.deepEqual(texts(becomeRootSteps(mapped())), [
    "setgroups(0, NULL)",
    "setresgid(0, 0, 0)",
    "setresuid(0, 0, 0)",
    "prctl(PR_SET_PDEATHSIG, SIGKILL)",
  ]);
});

function plan(spec: RuntimeSpec): ReturnType<typeof createPlan> {
  return createPlan(spec, {
    rootfs: [OVERLAY],
    init: false,
    idMapped: ["/layers/a", "/c"],
  });
}

Deno.test("createPlan() makes a user namespace with its ids at birth", () => {
  const { clone, idMaps } = plan(mapped());
  assert.match(clone.text, /\bCLONE_NEWUSER\b/);
  assert.deepEqual(idMaps, {
    uid: `0 ${UID} 65536\n`,
    gid: `0 ${GID} 65536\n`,
  });
  assert.equal(plan(runtimeSpec()).idMaps, undefined);
});

Deno.test("createPlan() has the container's root own what is made for it", () => {
  const { prepare } = plan(mapped());
  assertInOrder(texts(prepare), [
    /^unshare\(/,
    /^mount\(NULL, "\/", NULL, MS_REC\|MS_PRIVATE/,
    /^open_tree\(AT_FDCWD, "\/layers\/a"/,
    /^move_mount\(.*"\/c"/,
    /^setfsuid\(300000\)/,
    /^mount\("overlay"/,
    /^mount\("tmpfs", <root>\/dev,/,
    /^mknodat\(/,
    /^mount\("devpts", .*gid=400005/,
    /^setfsuid\(\$fsuid\)/,
    /^prctl\(PR_SET_DUMPABLE/,
  ]);
});

Deno.test("createPlan() lets a container with its own ids outlive its keeper", () => {
  const { child } = createPlan(mapped(), {
    rootfs: [],
    init: false,
    withoutKeeper: "goes-on",
  });
  assert.ok(!child.some((step) => describeStep(step).includes("PDEATHSIG")));
});

Deno.test("createPlan() enters the root before it becomes the container's", () => {
  const { child } = plan(mapped());
  assertInOrder(texts(child), [
    /^mount\("\/c\/root", "\/c\/root"/,
    /^openat\(AT_FDCWD, "\/c\/root"/,
    /^fchdir/,
    /^setresuid\(0, 0, 0\)/,
    /^mount\("proc"/,
    /^pivot_root/,
    /^setresuid\(0, 0, 0\)/,
  ]);
});

Deno.test("createPlan() leaves owners to mounts of the new process", () => {
  const spec = mapped({
    mounts: [
      ...DEFAULT_MOUNTS,
      fileSystem("/sys/t", "tmpfs", "uid=3"),
      fileSystem("/t", "tmpfs", "uid=3"),
    ],
  });
  const { prepare, child } = plan(spec);
  assert.ok(texts(prepare).some((text) => /tmpfs.*"uid=300003"/.test(text)));
  assert.ok(texts(child).some((text) => /"tmpfs".*"uid=3"/.test(text)));
});

Deno.test("createPlan() gives the terminal and devices to mapped users", () => {
  const spec = mapped({
    process: {
      terminal: true,
      user: { uid: 33, gid: 33, additionalGids: [] },
    },
  }, {
    devices: [
      {
        type: "c",
        path: "/dev/a",
        major: 1,
        minor: 3,
        fileMode: 0o660,
        uid: 7,
        gid: 8,
      },
      {
        type: "c",
        path: "/dev/b",
        major: 1,
        minor: 3,
        fileMode: 0o660,
        uid: 99_999,
        gid: 8,
      },
    ],
  });
  const all = texts(plan(spec).prepare);
  assert.ok(all.includes(`fchown($console, ${UID + 33}, -1)`), all.join("\n"));
  const chowned = all.filter((text) => text.startsWith("fchownat("));
  assert.deepEqual(chowned.map((text) => text.match(/\d{6}/g)), [
    [String(UID + 7), String(GID + 8)],
    // Nobody inside: the container's root has it instead.
    [String(UID), String(GID + 8)],
  ]);
});
