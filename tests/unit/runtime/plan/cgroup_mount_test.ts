/** @module */
import assert from "node:assert/strict";
import type { Mount } from "../../../../lib/oci/runtime_spec.ts";
import type { CgroupSurvey } from "../../../../lib/runtime/cgroups/survey.ts";
import {
  type CgroupMountContext,
  cgroupMountSteps,
  isCgroupMount,
} from "../../../../lib/runtime/plan/cgroup_mount.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  NO_CGROUPS,
  v1Hierarchy,
  v2Hierarchy,
  v2Survey,
} from "../../../support/cgroup_surveys.ts";
import { fileSystem } from "../../../support/runtime_spec.ts";

const MOUNT = fileSystem("/sys/fs/cgroup", "cgroup", "nosuid,noexec,nodev,ro");
const RW = fileSystem("/sys/fs/cgroup", "cgroup", "nosuid,noexec,nodev");
const ENTER = [
  'openat2(AT_FDCWD, "sys/fs/cgroup", {O_PATH|O_DIRECTORY|O_CLOEXEC, 0, RESOLVE_NO_SYMLINKS}, 24)',
  "fchdir($mountpoint)",
];
const LEAVE = "fchdir($newroot)";

const HYBRID: CgroupSurvey = {
  mode: "hybrid",
  hierarchies: [
    v1Hierarchy("cpu,cpuacct"),
    v1Hierarchy("name=systemd"),
    v2Hierarchy({ mountPoint: "/sys/fs/cgroup/unified", controllers: [] }),
  ],
};

function child(
  survey: CgroupSurvey,
  mount: Mount = MOUNT,
  changes: Partial<CgroupMountContext> = {},
): string[] {
  const steps = cgroupMountSteps(mount, context(survey, changes));
  assert.deepEqual(steps.prepare, []);
  return steps.child.map(describeStep);
}

function context(
  survey: CgroupSurvey,
  changes: Partial<CgroupMountContext>,
): CgroupMountContext {
  return {
    survey,
    cgroupsPath: "/tsdocker/box",
    hasOwnNamespace: true,
    index: 3,
    later: ["/proc", "/sys"],
    ...changes,
  };
}

Deno.test("cgroupMountSteps() mounts cgroup2 alone on a v2 host", () => {
  assert.deepEqual(child(v2Survey()), [
    ...ENTER,
    'mount("cgroup", ".", "cgroup2", MS_NOSUID|MS_NOEXEC|MS_NODEV|MS_RDONLY, NULL)',
    LEAVE,
  ]);
});

Deno.test("cgroupMountSteps() lays hierarchies out as the host does", () => {
  const all = "MS_NOSUID|MS_NOEXEC|MS_NODEV|MS_RDONLY";
  assert.deepEqual(child(HYBRID), [
    ...ENTER,
    'mount("tmpfs", ".", "tmpfs", MS_NOSUID|MS_NOEXEC|MS_NODEV, "mode=755")',
    LEAVE,
    ...ENTER,
    'mkdirat(AT_FDCWD, "cpu,cpuacct", 0755)',
    `mount("cgroup", "cpu,cpuacct", "cgroup", ${all}, "cpu,cpuacct")`,
    'symlinkat("cpu,cpuacct", AT_FDCWD, "cpu")',
    'symlinkat("cpu,cpuacct", AT_FDCWD, "cpuacct")',
    'mkdirat(AT_FDCWD, "systemd", 0755)',
    `mount("cgroup", "systemd", "cgroup", ${all}, "name=systemd")`,
    'mkdirat(AT_FDCWD, "unified", 0755)',
    `mount("cgroup", "unified", "cgroup2", ${all}, NULL)`,
    `mount(NULL, ".", NULL, MS_BIND|MS_REMOUNT|${all}, NULL)`,
    LEAVE,
  ]);
});

Deno.test("cgroupMountSteps() leaves the directory writable if asked to", () => {
  const steps = child(HYBRID, RW);
  assert.ok(steps.every((text) => !text.includes("MS_RDONLY")));
  assert.ok(steps.every((text) => !text.includes("MS_REMOUNT")));
});

Deno.test("cgroupMountSteps() shows v1's own cgroups in the host's namespace", () => {
  const steps = child(HYBRID, MOUNT, { hasOwnNamespace: false });
  const all = "MS_NOSUID|MS_NOEXEC|MS_NODEV|MS_RDONLY";
  assert.deepEqual(steps.slice(6, 9), [
    'mkdirat(AT_FDCWD, "cpu,cpuacct", 0755)',
    'mount("/sys/fs/cgroup/cpu,cpuacct/tsdocker/box", "cpu,cpuacct", NULL, MS_BIND, NULL)',
    `mount(NULL, "cpu,cpuacct", NULL, MS_BIND|MS_REMOUNT|${all}, NULL)`,
  ]);
  assert.ok(
    steps.includes(
      'mount("/sys/fs/cgroup/unified", "unified", NULL, MS_BIND, NULL)',
    ),
  );
});

Deno.test("cgroupMountSteps() shows v2's whole tree in the host's namespace", () => {
  assert.deepEqual(child(v2Survey(), MOUNT, { hasOwnNamespace: false }), [
    ...ENTER,
    'mount("/sys/fs/cgroup", ".", NULL, MS_BIND, NULL)',
    LEAVE,
    ...ENTER,
    'mount(NULL, ".", NULL, MS_BIND|MS_REMOUNT|MS_NOSUID|MS_NOEXEC|MS_NODEV|MS_RDONLY, NULL)',
    LEAVE,
  ]);
});

Deno.test("cgroupMountSteps() makes the directory if nothing is mounted there", () => {
  for (const survey of [v2Survey(), HYBRID]) {
    for (const hasOwnNamespace of [true, false]) {
      const steps = cgroupMountSteps(
        MOUNT,
        context(survey, { hasOwnNamespace, later: ["/proc"] }),
      );
      assert.deepEqual(steps.prepare.map(({ args }) => args[1]), [
        { beneath: "/sys/fs/cgroup", create: "directory" },
      ]);
    }
  }
});

Deno.test("cgroupMountSteps() mounts nothing on a host without cgroups", () => {
  assert.deepEqual(child(NO_CGROUPS), []);
});

Deno.test("cgroupMountSteps() has whole hierarchies without an own cgroup", () => {
  const steps = child(HYBRID, MOUNT, {
    hasOwnNamespace: false,
    cgroupsPath: undefined,
  });
  assert.ok(
    steps.includes(
      'mount("/sys/fs/cgroup/systemd", "systemd", NULL, MS_BIND, NULL)',
    ),
  );
});

Deno.test("isCgroupMount() is about the type", () => {
  assert.ok(isCgroupMount(MOUNT));
  assert.ok(!isCgroupMount(fileSystem("/sys/fs/cgroup", "cgroup2", "ro")));
});
