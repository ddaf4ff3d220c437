/** @module */
import assert from "node:assert/strict";
import type {
  NamespaceType,
  RuntimeSpec,
} from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  createExecPlan,
  type ExecPlanOptions,
} from "../../../../lib/runtime/plan/exec.ts";
import { createPlan } from "../../../../lib/runtime/plan/plan.ts";
import type { LaunchPlan } from "../../../../lib/runtime/plan/step.ts";
import {
  runtimeSpec,
  type SpecChanges,
} from "../../../support/runtime_spec.ts";

const NAMESPACES: readonly NamespaceType[] = [
  "cgroup",
  "ipc",
  "mount",
  "network",
  "pid",
  "uts",
];

const FILTER = { program: new Uint8Array(8), flags: 0 };

function plan(
  changes: SpecChanges = {},
  options: Partial<ExecPlanOptions> = {},
): LaunchPlan {
  return createExecPlan(runtimeSpec(changes), {
    namespaces: new Set(NAMESPACES),
    cgroups: [],
    withoutCaller: "ends",
    ...options,
  });
}

function mapped(changes: SpecChanges = {}): RuntimeSpec {
  const ids = [{ containerID: 0, hostID: 300_000, size: 65_536 }];
  return runtimeSpec({
    ...changes,
    linux: {
      namespaces: [...runtimeSpec().linux.namespaces, { type: "user" }],
      uidMappings: ids,
      gidMappings: ids,
    },
  });
}

function texts({ child }: Pick<LaunchPlan, "child">): string[] {
  return child.map(describeStep);
}

/** Where the first step is whose text begins so. */
function at(steps: readonly string[], beginning: string): number {
  const index = steps.findIndex((text) => text.startsWith(beginning));
  assert.ok(index >= 0, `${beginning} in\n${steps.join("\n")}`);
  return index;
}

Deno.test("createExecPlan() has nobody reach the new process, before all else", () => {
  assert.deepEqual(texts(plan()).slice(0, 2), [
    "prctl(PR_SET_PDEATHSIG, SIGKILL)",
    "prctl(PR_SET_DUMPABLE, 0)",
  ]);
});

Deno.test("createExecPlan() enters the namespaces, those of files last", () => {
  const steps = texts(plan()).filter((text) => /^(setns|unshare)/.test(text));
  assert.deepEqual(steps, [
    "setns($namespace.network, CLONE_NEWNET)",
    "setns($namespace.ipc, CLONE_NEWIPC)",
    "setns($namespace.uts, CLONE_NEWUTS)",
    "setns($namespace.cgroup, CLONE_NEWCGROUP)",
    "unshare(CLONE_FS)",
    "setns($namespace.mount, CLONE_NEWNS)",
  ]);
});

Deno.test("createExecPlan() makes no namespace, and is born into that of pids", () => {
  const { clone, pidNamespace, idMaps, prepare } = plan();
  assert.equal(clone.value, 0);
  assert.equal(pidNamespace, "namespace.pid");
  assert.equal(idMaps, undefined);
  assert.deepEqual(prepare, []);
});

Deno.test("createExecPlan() enters only what the container has of its own", () => {
  const shared = plan({}, { namespaces: new Set(["mount"]) });
  assert.equal(shared.pidNamespace, undefined);
  assert.deepEqual(texts(shared).filter((text) => text.startsWith("setns")), [
    "setns($namespace.mount, CLONE_NEWNS)",
  ]);
});

Deno.test("createExecPlan() enters a user namespace last, and becomes its root", () => {
  const steps = texts(createExecPlan(mapped(), {
    namespaces: new Set([...NAMESPACES, "user"]),
    cgroups: [],
    withoutCaller: "ends",
  }));
  const user = at(steps, "setns($namespace.user, CLONE_NEWUSER)");
  assert.equal(at(steps, "setns($namespace.mount"), user - 1);
  assert.deepEqual(steps.slice(user + 1, user + 5), [
    "setgroups(0, NULL)",
    "setresgid(0, 0, 0)",
    "setresuid(0, 0, 0)",
    "prctl(PR_SET_PDEATHSIG, SIGKILL)",
  ]);
});

Deno.test("createExecPlan() joins the cgroups before anything counts", () => {
  const { prepare, cgroup, ...rest } = plan({}, {
    cgroups: [
      { version: "v1", data: "pids", directory: "/sys/fs/cgroup/pids/c/1" },
      { version: "v2", data: "", directory: "/sys/fs/cgroup/unified/c/1" },
    ],
  });
  assert.deepEqual(prepare.map(describeStep), [
    'openat(AT_FDCWD, "/sys/fs/cgroup/pids/c/1/tasks", O_WRONLY|O_CLOEXEC)',
    'openat(AT_FDCWD, "/sys/fs/cgroup/unified/c/1", O_PATH|O_DIRECTORY|O_CLOEXEC)',
  ]);
  assert.equal(cgroup, prepare.at(-1)?.as);
  assert.equal(texts(rest)[2], 'write($cgroup.pids, "0", 1)');
});

Deno.test("createExecPlan() opens no path inside but the working directory, when no descriptor is left", () => {
  const steps = texts(plan({ process: { cwd: "/srv" } }));
  const inside = steps.slice(at(steps, "setns($namespace.mount") + 1);
  const closed = at(inside, "close_range(5,");
  assert.ok(!inside.slice(0, closed).some((text) => /open|exec/.test(text)));
  const opened = inside.filter((text) => text.startsWith("open"));
  assert.equal(opened.length, 1);
  assert.match(opened[0] ?? "", /^openat2\(AT_FDCWD, "\/srv".*NO_MAGICLINKS/);
});

Deno.test("createExecPlan() fails as docker's exec where the working directory does", () => {
  const { child } = plan({ process: { cwd: "/srv" } });
  const [open, ...others] = child.filter(({ reason }) => reason !== undefined);
  assert.match(open?.attempt ?? "", /working directory "\/srv"/);
  assert.equal(open?.reason, "not-executable");
  assert.deepEqual(others, []);
});

Deno.test("createExecPlan() executes by descriptor only: /proc is the container's", () => {
  const { child } = plan();
  const last = child.at(-1);
  assert.equal(last?.call, "execveat");
  assert.equal(last.tolerate, undefined);
  assert.ok(!texts({ child }).some((text) => text.includes("/proc/self/fd")));
});

Deno.test("createExecPlan() confines the program as createPlan() does", () => {
  const process: SpecChanges["process"] = {
    noNewPrivileges: true,
    rlimits: [{ type: "RLIMIT_NOFILE", soft: 10, hard: 20 }],
    user: { uid: 33, gid: 33, additionalGids: [4] },
  };
  const started = createPlan(runtimeSpec({ process }), {
    rootfs: [],
    init: false,
    seccomp: FILTER,
  });
  const confined = (plan: LaunchPlan): string[] => {
    const steps = texts(plan);
    return steps.slice(at(steps, "keyctl"), at(steps, "execveat"));
  };
  assert.deepEqual(
    confined(plan({ process }, { seccomp: FILTER })),
    confined(started),
  );
});

Deno.test("createExecPlan() lets what goes on outlive its caller", () => {
  for (const spec of [runtimeSpec(), mapped()]) {
    const steps = texts(createExecPlan(spec, {
      namespaces: new Set([...NAMESPACES, "user"]),
      cgroups: [],
      withoutCaller: "goes-on",
    }));
    assert.ok(!steps.some((text) => text.includes("PDEATHSIG")));
  }
});

Deno.test("createExecPlan() gives the caller's terminal to the program's user", () => {
  const spec = mapped({
    process: {
      terminal: true,
      consoleSize: { height: 20, width: 50 },
      user: { uid: 33, gid: 33, additionalGids: [] },
    },
  });
  const { prepare, child } = createExecPlan(spec, {
    namespaces: new Set([...NAMESPACES, "user"]),
    cgroups: [],
    withoutCaller: "ends",
  });
  assert.deepEqual(prepare.map(describeStep), [
    "ioctl($terminal, TIOCSPTLCK, [])",
    "ioctl($terminal, TIOCGPTPEER, O_RDWR|O_NOCTTY|O_CLOEXEC)",
    "fchown($console, 300033, -1)",
    "ioctl($terminal, TIOCSWINSZ, {ws_row=20, ws_col=50})",
  ]);
  const steps = texts({ child });
  const session = at(steps, "setsid");
  assert.deepEqual(steps.slice(session + 1, session + 5), [
    "dup3($console, 0, 0)",
    "dup3($console, 1, 0)",
    "dup3($console, 2, 0)",
    "ioctl(0, TIOCSCTTY, 0)",
  ]);
});
