/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import type { Mount, RuntimeSpec } from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  createPlan,
  type PlanOptions,
} from "../../../../lib/runtime/plan/plan.ts";
import type { LaunchPlan } from "../../../../lib/runtime/plan/step.ts";
import { assertGolden } from "../../../support/golden.ts";
import {
  bind,
  DEFAULT_MOUNTS,
  fileSystem,
  OVERLAY,
  runtimeSpec,
} from "../../../support/runtime_spec.ts";

const OPTIONS: PlanOptions = { rootfs: [OVERLAY], init: false };

const CONTAINERS: Readonly<
  Record<string, readonly [spec: RuntimeSpec, options?: PlanOptions]>
> = {
  "default": [runtimeSpec()],
  "terminal": [
    runtimeSpec({
      process: {
        terminal: true,
        consoleSize: { height: 24, width: 80 },
        user: { uid: 1000, gid: 1000, additionalGids: [] },
      },
    }),
  ],
  "init": [runtimeSpec(), { ...OPTIONS, init: true }],
  "read_only": [runtimeSpec({ rootReadonly: true })],
  "user": [
    runtimeSpec({
      process: {
        user: { uid: 1000, gid: 100, umask: 0o77, additionalGids: [] },
        args: ["id"],
        cwd: "/home/user",
        noNewPrivileges: true,
        capabilities: {
          bounding: ["CAP_NET_RAW"],
          effective: [],
          permitted: [],
          inheritable: [],
          ambient: [],
        },
      },
    }),
  ],
  "host_network": [
    runtimeSpec({
      linux: { namespaces: [{ type: "mount" }, { type: "pid" }] },
    }),
  ],
  "mounts": [
    runtimeSpec({
      mounts: [
        ...DEFAULT_MOUNTS,
        bind("/srv/data", "/data"),
        bind("/srv/secret", "/secret", "rbind,rprivate,rro"),
        bind("/srv/one", "/one", "bind,ro,nosuid,nodev"),
        bind("/etc/hosts", "/etc/hosts"),
        fileSystem("/tmp", "tmpfs", "nosuid,size=1m"),
        bind("/srv/fs", "/sys/fs/extra", "bind,ro"),
        fileSystem("/sys/fs/cgroup", "tmpfs", "ro"),
      ],
    }),
  ],
  "devices": [
    runtimeSpec({
      linux: {
        devices: [
          {
            type: "c",
            path: "/dev/net/tun",
            major: 10,
            minor: 200,
            fileMode: 0o666,
          },
          { type: "b", path: "/dev/sdz", major: 8, minor: 400, fileMode: 0o60 },
          { type: "p", path: "/dev/queue", major: 0, minor: 0, fileMode: 0o6 },
        ],
      },
    }),
  ],
  "joined": [
    runtimeSpec({
      linux: {
        namespaces: [
          { type: "mount" },
          { type: "pid" },
          { type: "network", path: "/run/netns/blue" },
          { type: "uts", path: "/proc/77/ns/uts" },
        ],
      },
    }),
  ],
  "dev_volume": [
    runtimeSpec({
      mounts: [
        ...DEFAULT_MOUNTS.filter(({ destination }) => destination !== "/dev"),
        bind("/dev", "/dev"),
      ],
    }),
  ],
  "root_in_place": [runtimeSpec(), { ...OPTIONS, rootfs: [] }],
};

for (const [name, [spec, options = OPTIONS]] of Object.entries(CONTAINERS)) {
  Deno.test(`createPlan() plans exactly the steps of ${name}.txt`, () => {
    assertGolden(print(createPlan(spec, options)), `plan/${name}.txt`);
  });
}

function print({ prepare, clone, child }: LaunchPlan): string {
  return [
    "prepare:",
    ...prepare.map(line),
    `clone: ${clone.text} = 0x${clone.value.toString(16)}`,
    "child:",
    ...child.map(line),
    "",
  ].join("\n");
}

function line(step: LaunchPlan["prepare"][number]): string {
  const tolerated = step.tolerate === undefined
    ? ""
    : ` or ${step.tolerate.join(", ")}`;
  const name = step.as === undefined ? "" : `$${step.as} = `;
  return `  ${name}${describeStep(step)}${tolerated}`;
}

const EVERY_PLAN = Object.values(CONTAINERS).map(([spec, options = OPTIONS]) =>
  createPlan(spec, options)
);

Deno.test("createPlan() gives a reason for every step", () => {
  for (const { prepare, child } of EVERY_PLAN) {
    for (const { call, why } of [...prepare, ...child]) {
      assert.match(why, /\S/, call);
      assert.doesNotMatch(why, /undefined|\[object/, call);
    }
  }
});

Deno.test("createPlan() refers only to results that are there by then", () => {
  for (const { prepare, child } of EVERY_PLAN) {
    const known = new Set(["status", "stdin", "stdout", "stderr", "init"]);
    for (const step of [...prepare, ...child]) {
      for (const argument of step.args) {
        if (typeof argument !== "object" || argument === null) continue;
        if ("result" in argument) assert.ok(known.has(argument.result));
        if ("beneath" in argument) assert.ok(known.has("root"), step.call);
      }
      if (step.as !== undefined) known.add(step.as);
    }
  }
});

Deno.test("createPlan() ends with execve, and makes it nowhere else", () => {
  for (const { prepare, child } of EVERY_PLAN) {
    const calls = [...prepare, ...child].map(({ call }) => call);
    const first = calls.findIndex((call) => call.startsWith("execve"));
    assert.ok(first > 0);
    assert.ok(calls.slice(first).every((call) => call.startsWith("execve")));
    assert.deepEqual(child.at(-1)?.tolerate, undefined);
  }
});

Deno.test("createPlan() is pure: the same specification gives the same plan", () => {
  const [spec] = CONTAINERS["mounts"] ?? [runtimeSpec()];
  const before = structuredClone(spec);
  assert.deepEqual(createPlan(spec, OPTIONS), createPlan(spec, OPTIONS));
  assert.deepEqual(spec, before);
});

function planWith(...mounts: Mount[]): LaunchPlan {
  return createPlan(runtimeSpec({ mounts }), OPTIONS);
}

Deno.test("createPlan() refuses a mount inside /proc, by its pointer", () => {
  const inside = [
    bind("/srv", "/proc/sys"),
    bind("/srv", "/proc/self/exe"),
    fileSystem("/proc/x", "tmpfs", "ro"),
    fileSystem("/proc/x", "sysfs", "ro"),
  ];
  for (const mount of inside) {
    assert.throws(
      () => planWith(fileSystem("/proc", "proc", "nosuid"), mount),
      (error) =>
        error instanceof SpecError &&
        error.pointer === "/mounts/1/destination" &&
        error.message.includes(`"${mount.destination}"`),
    );
  }
  assert.doesNotThrow(() => planWith(bind("/srv", "/process/x")));
});

Deno.test("createPlan() makes device nodes in a /dev of its own, once", () => {
  const own = fileSystem("/dev", "tmpfs", "nosuid");
  const nodes = ({ prepare }: LaunchPlan): number =>
    prepare.filter(({ call }) => call === "mknodat").length;
  assert.equal(nodes(planWith(own)), 6);
  assert.equal(nodes(planWith(bind("/dev", "/dev"))), 0);
  assert.equal(nodes(planWith()), 0);
  // What is mounted over it is somebody else's, and must not be written to.
  const { prepare } = planWith(own, bind("/dev", "/dev"));
  const calls = prepare.map(({ call }) => call);
  assert.equal(calls.filter((call) => call === "mknodat").length, 6);
  assert.ok(calls.lastIndexOf("mknodat") < calls.indexOf("move_mount"));
});
