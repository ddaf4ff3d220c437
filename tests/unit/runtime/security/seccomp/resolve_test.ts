/** @module */
import assert from "node:assert/strict";
import type {
  ProfileCondition,
  SeccompProfile,
} from "../../../../../lib/runtime/security/seccomp/profile.ts";
import {
  resolveProfile,
  type SeccompContext,
} from "../../../../../lib/runtime/security/seccomp/resolve.ts";

const CONTEXT: SeccompContext = {
  capabilities: new Set(["CAP_CHOWN", "CAP_KILL"]),
  architecture: "x86_64",
  kernel: { major: 5, minor: 10 },
};

/** Whether a rule is in force under a condition. */
function isInForce(
  conditions: {
    readonly includes?: ProfileCondition;
    readonly excludes?: ProfileCondition;
  },
  context: SeccompContext = CONTEXT,
): boolean {
  const { syscalls } = resolveProfile({
    defaultAction: "SCMP_ACT_ERRNO",
    syscalls: [{ names: ["mount"], action: "SCMP_ACT_ALLOW", ...conditions }],
  }, context);
  return syscalls?.length === 1;
}

/** A condition, and whether a rule that includes or excludes it is in force. */
const CONDITIONS: readonly [ProfileCondition, boolean, boolean][] = [
  [{}, true, true],
  [{ caps: [], arches: [] }, true, true],
  // All of those included, none of those excluded.
  [{ caps: ["CAP_KILL"] }, true, false],
  [{ caps: ["CAP_KILL", "CAP_CHOWN"] }, true, false],
  [{ caps: ["CAP_KILL", "CAP_SYS_ADMIN"] }, false, false],
  [{ caps: ["CAP_BPF", "CAP_SYS_ADMIN"] }, false, true],
  [{ arches: ["amd64"] }, true, false],
  [{ arches: ["s390x", "amd64"] }, true, false],
  [{ arches: ["arm64"] }, false, true],
  // Those of the host are meant, not those of programs.
  [{ arches: ["x86", "x32"] }, false, true],
  [{ minKernel: "4.8" }, true, false],
  [{ minKernel: "4.19" }, true, false],
  [{ minKernel: "5.10" }, true, false],
  [{ minKernel: "5.11" }, false, true],
  [{ minKernel: "6.0" }, false, true],
  // Every part has to hold to include, any is enough to exclude.
  [{ caps: ["CAP_KILL"], arches: ["arm64"] }, false, false],
  [{ arches: ["amd64"], minKernel: "5.11" }, false, false],
];

for (const [condition, included, excluded] of CONDITIONS) {
  Deno.test(`resolveProfile() judges ${JSON.stringify(condition)}`, () => {
    assert.equal(isInForce({ includes: condition }), included);
    assert.equal(isInForce({ excludes: condition }), excluded);
  });
}

Deno.test("resolveProfile() asks both conditions of a rule", () => {
  const [yes, no] = [{ caps: ["CAP_KILL"] }, { caps: ["CAP_BPF"] }];
  assert.ok(isInForce({ includes: yes, excludes: no }));
  assert.ok(!isInForce({ includes: yes, excludes: yes }));
  assert.ok(!isInForce({ includes: no, excludes: no }));
});

Deno.test("resolveProfile() knows docker's name of each host", () => {
  const arm = { ...CONTEXT, architecture: "aarch64" } as const;
  assert.ok(isInForce({ includes: { arches: ["arm64"] } }, arm));
  assert.ok(!isInForce({ includes: { arches: ["arm"] } }, arm));
});

const FAMILIES: SeccompProfile = {
  defaultAction: "SCMP_ACT_ERRNO",
  archMap: [
    {
      architecture: "SCMP_ARCH_X86_64",
      subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    },
    { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
  ],
  syscalls: [],
};

Deno.test("resolveProfile() takes the host's family of archMap", () => {
  const on = (architecture: "x86_64" | "aarch64"): unknown =>
    resolveProfile(FAMILIES, { ...CONTEXT, architecture }).architectures;
  assert.deepEqual(on("x86_64"), [
    "SCMP_ARCH_X86_64",
    "SCMP_ARCH_X86",
    "SCMP_ARCH_X32",
  ]);
  assert.deepEqual(on("aarch64"), ["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM"]);
});

Deno.test("resolveProfile() takes architectures as they are", () => {
  const { architectures } = resolveProfile({
    defaultAction: "SCMP_ACT_ERRNO",
    architectures: ["SCMP_ARCH_X86"],
    syscalls: [],
  }, CONTEXT);
  assert.deepEqual(architectures, ["SCMP_ARCH_X86"]);
});

Deno.test("resolveProfile() leaves what a specification has, in order", () => {
  assert.deepEqual(
    resolveProfile({
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrnoRet: 38,
      flags: ["SECCOMP_FILTER_FLAG_LOG"],
      syscalls: [
        {
          names: ["ioctl"],
          action: "SCMP_ACT_ERRNO",
          errnoRet: 13,
          comment: "a terminal's",
          args: [
            { index: 1, value: "18446744073709551615", op: "SCMP_CMP_EQ" },
            {
              index: 2,
              value: 3,
              valueTwo: "9007199254740993",
              op: "SCMP_CMP_MASKED_EQ",
            },
          ],
          includes: { caps: ["CAP_KILL"] },
        },
        { names: ["read"], action: "SCMP_ACT_ALLOW" },
      ],
    }, CONTEXT),
    {
      defaultAction: "SCMP_ACT_ERRNO",
      defaultErrnoRet: 38,
      architectures: [],
      flags: ["SECCOMP_FILTER_FLAG_LOG"],
      syscalls: [
        {
          names: ["ioctl"],
          action: "SCMP_ACT_ERRNO",
          errnoRet: 13,
          args: [
            { index: 1, value: 2n ** 64n - 1n, op: "SCMP_CMP_EQ" },
            {
              index: 2,
              value: 3,
              valueTwo: 9007199254740993n,
              op: "SCMP_CMP_MASKED_EQ",
            },
          ],
        },
        { names: ["read"], action: "SCMP_ACT_ALLOW" },
      ],
    },
  );
});
