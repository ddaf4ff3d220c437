/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../lib/base/errors.ts";
import type {
  Namespace,
  RuntimeSpec,
} from "../../../../lib/oci/runtime_spec.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import {
  cgroupNamespaceSteps,
  cloneFlags,
  isNew,
  joinSteps,
  namespaceSettingSteps,
} from "../../../../lib/runtime/plan/namespaces.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

function specWith(...namespaces: Namespace[]): RuntimeSpec {
  return runtimeSpec({ linux: { namespaces } });
}

/** Kind and the kernel's flag, from clone(2). */
const KINDS = [
  ["mount", "CLONE_NEWNS", 0x00020000],
  ["uts", "CLONE_NEWUTS", 0x04000000],
  ["ipc", "CLONE_NEWIPC", 0x08000000],
  ["user", "CLONE_NEWUSER", 0x10000000],
  ["pid", "CLONE_NEWPID", 0x20000000],
  ["network", "CLONE_NEWNET", 0x40000000],
  ["time", "CLONE_NEWTIME", 0x00000080],
] as const;

for (const [type, text, value] of KINDS) {
  Deno.test(`cloneFlags() has ${text} for ${type}`, () => {
    const mount: Namespace[] = type === "mount" ? [] : [{ type: "mount" }];
    const flags = cloneFlags(specWith({ type }, ...mount));
    assert.equal(flags.text.split("|")[0], text);
    assert.equal(flags.value, type === "mount" ? value : 0x20000 | value);
  });
}

Deno.test("cgroupNamespaceSteps() makes it after the process has been born", () => {
  const spec = specWith({ type: "mount" }, { type: "cgroup" });
  assert.equal(cloneFlags(spec).text, "CLONE_NEWNS");
  assert.deepEqual(cgroupNamespaceSteps(spec).map(describeStep), [
    "unshare(CLONE_NEWCGROUP)",
  ]);
  const path = "/proc/1/ns/cgroup";
  assert.deepEqual(cgroupNamespaceSteps(specWith({ type: "mount" })), []);
  assert.deepEqual(
    cgroupNamespaceSteps(specWith({ type: "cgroup", path })),
    [],
  );
});

Deno.test("cloneFlags() leaves out what is joined or shared", () => {
  const flags = cloneFlags(specWith(
    { type: "mount" },
    { type: "network", path: "/run/netns/a" },
  ));
  assert.deepEqual(flags, { value: 0x20000, text: "CLONE_NEWNS" });
});

Deno.test("cloneFlags() refuses a container without its own mount namespace", () => {
  for (
    const spec of [
      specWith(),
      specWith({ type: "pid" }),
      specWith({ type: "mount", path: "/proc/1/ns/mnt" }),
    ]
  ) {
    assert.throws(
      () => cloneFlags(spec),
      (error) =>
        error instanceof SpecError && error.pointer === "/linux/namespaces",
    );
  }
});

for (const type of ["pid", "mount", "user", "time"] as const) {
  Deno.test(`joinSteps() refuses to join a ${type} namespace, by its pointer`, () => {
    const path = "/proc/1/ns/x";
    assert.throws(
      () => joinSteps(specWith({ type: "uts" }, { type, path })),
      (error) =>
        error instanceof SpecError &&
        error.pointer === "/linux/namespaces/1/path" &&
        error.message === `Cannot join the ${type} namespace "${path}"`,
    );
  });
}

for (const type of ["network", "ipc", "uts", "cgroup"] as const) {
  Deno.test(`joinSteps() opens a ${type} namespace and enters it as that kind`, () => {
    const flag = type === "cgroup"
      ? "CLONE_NEWCGROUP"
      : KINDS.find(([kind]) => kind === type)?.[1];
    assert.deepEqual(
      joinSteps(specWith({ type, path: "/ns" })).map(describeStep),
      [
        'openat(AT_FDCWD, "/ns", O_RDONLY|O_CLOEXEC)',
        `setns($namespace, ${flag})`,
      ],
    );
  });
}

Deno.test("isNew() is neither for joined nor for shared namespaces", () => {
  const spec = specWith({ type: "uts" }, { type: "ipc", path: "/ns" });
  assert.ok(isNew(spec, "uts"));
  assert.ok(!isNew(spec, "ipc"));
  assert.ok(!isNew(spec, "network"));
});

function settings(spec: RuntimeSpec): string[] {
  return namespaceSettingSteps(spec).map(describeStep);
}

Deno.test("namespaceSettingSteps() names only a UTS namespace of its own", () => {
  const named = { hostname: "h\u00e9", domainname: "nis" };
  assert.deepEqual(settings({ ...specWith({ type: "uts" }), ...named }), [
    'sethostname("h\u00e9", 3)',
    'setdomainname("nis", 3)',
  ]);
  assert.deepEqual(settings({ ...specWith(), ...named }), []);
  const joined = specWith({ type: "uts", path: "/ns" });
  assert.deepEqual(settings({ ...joined, ...named }), []);
  const { hostname: _, ...nameless } = specWith({ type: "uts" });
  assert.deepEqual(settings(nameless), []);
});

Deno.test("namespaceSettingSteps() brings up the loopback of a new network alone", () => {
  const spec = specWith({ type: "network" });
  assert.deepEqual(settings(spec), [
    "socket(AF_INET, SOCK_DGRAM|SOCK_CLOEXEC, 0)",
    'ioctl($socket, SIOCSIFFLAGS, {ifr_name="lo", ifr_flags=IFF_UP})',
  ]);
  assert.deepEqual(settings(specWith({ type: "network", path: "/n" })), []);
  const [, , request] = namespaceSettingSteps(spec)[1]?.args ?? [];
  const bytes = new Uint8Array(40);
  bytes.set([0x6c, 0x6f]);
  bytes[16] = 1;
  assert.deepEqual(request, {
    bytes,
    text: '{ifr_name="lo", ifr_flags=IFF_UP}',
  });
});
