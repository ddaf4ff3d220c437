/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../../lib/base/errors.ts";
import { parseSeccompProfile } from "../../../../../lib/runtime/security/seccomp/parse_profile.ts";
import type { SeccompProfile } from "../../../../../lib/runtime/security/seccomp/profile.ts";

/** Parses what a member or a whole rule is in a profile without mistakes. */
function parse(members: Readonly<Record<string, unknown>>): SeccompProfile {
  return parseSeccompProfile(
    JSON.stringify({ defaultAction: "SCMP_ACT_ERRNO", ...members }),
  );
}

function parseRule(members: Readonly<Record<string, unknown>>): unknown {
  const rule = { names: ["mount"], action: "SCMP_ACT_ALLOW", ...members };
  return parse({ syscalls: [rule] }).syscalls[0];
}

Deno.test("parseSeccompProfile() reads docker's form", () => {
  const profile = parseSeccompProfile(`{
    "defaultAction": "SCMP_ACT_ERRNO",
    "defaultErrnoRet": 1,
    "archMap": [
      {
        "architecture": "SCMP_ARCH_X86_64",
        "subArchitectures": ["SCMP_ARCH_X86", "SCMP_ARCH_X32"]
      },
      { "architecture": "SCMP_ARCH_S390X", "subArchitectures": ["SCMP_ARCH_S390"] },
      { "architecture": "SCMP_ARCH_AARCH64", "subArchitectures": null }
    ],
    "syscalls": [
      {
        "names": ["read", "write"],
        "action": "SCMP_ACT_ALLOW",
        "args": [],
        "comment": "",
        "includes": {},
        "excludes": {}
      },
      {
        "name": "clone",
        "names": null,
        "action": "SCMP_ACT_ALLOW",
        "args": [
          { "index": 0, "value": 2114060288, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ" }
        ],
        "comment": "no namespaces",
        "includes": { "arches": ["amd64", "arm64"], "minKernel": "4.8" },
        "excludes": { "caps": ["CAP_SYS_ADMIN"], "arches": ["s390", "s390x"] }
      }
    ]
  }`);
  assert.deepEqual(profile, {
    defaultAction: "SCMP_ACT_ERRNO",
    defaultErrnoRet: 1,
    archMap: [
      {
        architecture: "SCMP_ARCH_X86_64",
        subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
      },
      { architecture: "SCMP_ARCH_AARCH64", subArchitectures: [] },
    ],
    syscalls: [
      {
        names: ["read", "write"],
        action: "SCMP_ACT_ALLOW",
        args: [],
        includes: {},
        excludes: {},
      },
      {
        names: ["clone"],
        action: "SCMP_ACT_ALLOW",
        args: [{
          index: 0,
          value: 2114060288,
          valueTwo: 0,
          op: "SCMP_CMP_MASKED_EQ",
        }],
        comment: "no namespaces",
        includes: { arches: ["amd64", "arm64"], minKernel: "4.8" },
        excludes: { caps: ["CAP_SYS_ADMIN"], arches: ["s390", "s390x"] },
      },
    ],
  });
});

Deno.test("parseSeccompProfile() reads a runtime specification's form", () => {
  const seccomp = {
    defaultAction: "SCMP_ACT_KILL_PROCESS",
    architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_RISCV64"],
    flags: ["SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"],
    syscalls: [{ names: ["getcwd"], action: "SCMP_ACT_ERRNO", errnoRet: 38 }],
  };
  assert.deepEqual(parseSeccompProfile(JSON.stringify(seccomp)), {
    ...seccomp,
    architectures: ["SCMP_ARCH_X86"],
  });
});

Deno.test("parseSeccompProfile() passes over members that nobody knows", () => {
  assert.deepEqual(parse({ listenerPath: "/x", more: [1] }), {
    defaultAction: "SCMP_ACT_ERRNO",
    syscalls: [],
  });
});

Deno.test("parseSeccompProfile() keeps 64 bits exact, as JSON can hold them", () => {
  const profile = parseSeccompProfile(`{
    "defaultAction": "SCMP_ACT_ERRNO",
    "syscalls": [{ "name": "ioctl", "action": "SCMP_ACT_ALLOW", "args": [
      { "index": 1, "value": 18446744073709551615, "valueTwo": 9007199254740993,
        "op": "SCMP_CMP_MASKED_EQ" },
      { "index": 2, "value": 9007199254740991, "op": "SCMP_CMP_EQ" }
    ] }]
  }`);
  const args = profile.syscalls[0]?.args;
  assert.deepEqual(args?.map(({ value, valueTwo }) => [value, valueTwo]), [
    ["18446744073709551615", "9007199254740993"],
    [9007199254740991, undefined],
  ]);
  assert.deepEqual(JSON.parse(JSON.stringify(profile)), profile);
});

Deno.test("parseSeccompProfile() takes errors by number or by name", () => {
  assert.deepEqual(parseRule({ action: "SCMP_ACT_ERRNO", errno: "ENOSYS" }), {
    names: ["mount"],
    action: "SCMP_ACT_ERRNO",
    errnoRet: 38,
  });
  assert.equal(parse({ defaultErrno: "EACCES" }).defaultErrnoRet, 13);
  assert.equal(
    parse({ defaultErrno: "", defaultErrnoRet: 7 }).defaultErrnoRet,
    7,
  );
});

Deno.test("parseSeccompProfile() lets a tracer have sixteen bits", () => {
  assert.deepEqual(parseRule({ action: "SCMP_ACT_TRACE", errnoRet: 65535 }), {
    names: ["mount"],
    action: "SCMP_ACT_TRACE",
    errnoRet: 65535,
  });
});

/** A document, the place at fault, and the rest of the message. */
const MISTAKES: readonly [string, string, string | RegExp][] = [
  ["", "", /^it is not JSON: Unexpected end/],
  ['{"defaultAction"', "", /^it is not JSON: /],
  ["\u0000{}", "", /^it is not JSON: /],
  ["[]", "", "the array is not an object"],
  ["null", "", "null is not an object"],
  ["7", "", "7 is not an object"],
  ["{}", "/defaultAction", "nothing is at /defaultAction"],
];

/** Members of a profile, likewise. */
const PROFILE_MISTAKES: readonly [object, string, string][] = [
  [
    { defaultAction: "ALLOW" },
    "/defaultAction",
    '"ALLOW" at /defaultAction is not an action of seccomp',
  ],
  [
    { defaultAction: "SCMP_ACT_NOTIFY" },
    "/defaultAction",
    '"SCMP_ACT_NOTIFY" at /defaultAction needs a listener, and tsdocker has none',
  ],
  [
    { defaultErrnoRet: -1 },
    "/defaultErrnoRet",
    "-1 at /defaultErrnoRet is not within 0 and 4095",
  ],
  [
    { defaultErrnoRet: "1" },
    "/defaultErrnoRet",
    '"1" at /defaultErrnoRet is not an integer',
  ],
  [
    { defaultErrno: "EFOO" },
    "/defaultErrno",
    '"EFOO" at /defaultErrno is not the name of an error',
  ],
  [
    { architectures: ["amd64"] },
    "/architectures/0",
    '"amd64" at /architectures/0 is not an architecture of seccomp',
  ],
  [
    { architectures: "SCMP_ARCH_X86" },
    "/architectures",
    '"SCMP_ARCH_X86" at /architectures is not an array',
  ],
  [
    {
      architectures: ["SCMP_ARCH_X86"],
      archMap: [{ architecture: "SCMP_ARCH_X86_64" }],
    },
    "/archMap",
    'the array at /archMap contradicts "architectures": give one of them',
  ],
  [
    { archMap: [{}] },
    "/archMap/0/architecture",
    "nothing is at /archMap/0/architecture",
  ],
  [
    { archMap: [null] },
    "/archMap/0",
    "null at /archMap/0 is not an object",
  ],
  [
    { flags: ["SECCOMP_FILTER_FLAG_NEW_LISTENER"] },
    "/flags/0",
    '"SECCOMP_FILTER_FLAG_NEW_LISTENER" at /flags/0 is not a flag of seccomp',
  ],
  [
    { syscalls: {} },
    "/syscalls",
    "the object at /syscalls is not an array",
  ],
  [
    { syscalls: ["read"] },
    "/syscalls/0",
    '"read" at /syscalls/0 is not an object',
  ],
];

/** Members of a rule, likewise, without `/syscalls/0`. */
const RULE_MISTAKES: readonly [object, string, string][] = [
  [{ names: [] }, "/names", "the array at /names is empty"],
  [{ names: null }, "/names", "nothing is at /names"],
  [{ names: [""] }, "/names/0", '"" at /names/0 is empty'],
  [{ names: [1] }, "/names/0", "1 at /names/0 is not a string"],
  [
    { name: "umount" },
    "/name",
    '"umount" at /name contradicts "names": give one of them',
  ],
  [{ action: null }, "/action", "nothing is at /action"],
  [
    { action: "SCMP_ACT_NOTIFY" },
    "/action",
    '"SCMP_ACT_NOTIFY" at /action needs a listener, and tsdocker has none',
  ],
  [
    { errnoRet: 4096 },
    "/errnoRet",
    "4096 at /errnoRet is not within 0 and 4095",
  ],
  [
    { comment: 1 },
    "/comment",
    "1 at /comment is not a string",
  ],
  [
    { includes: { caps: ["SYS_ADMIN"] } },
    "/includes/caps/0",
    '"SYS_ADMIN" at /includes/caps/0 is not a capability, such as CAP_SYS_ADMIN',
  ],
  [
    { excludes: { arches: ["x86_64"] } },
    "/excludes/arches/0",
    '"x86_64" at /excludes/arches/0 is not an architecture, such as amd64',
  ],
  [
    { includes: { minKernel: "4.8.1" } },
    "/includes/minKernel",
    '"4.8.1" at /includes/minKernel is not a kernel version, such as 4.8',
  ],
  [
    { includes: ["CAP_SYS_ADMIN"] },
    "/includes",
    "the array at /includes is not an object",
  ],
];

/** Members of an argument, likewise, without `/syscalls/0/args/0`. */
const ARGUMENT_MISTAKES: readonly [string, string, string][] = [
  ['"index": 6', "/index", "6 at /index is not within 0 and 5"],
  ['"index": -1', "/index", "-1 at /index is not within 0 and 5"],
  ['"index": 0.5', "/index", "0.5 at /index is not an integer"],
  ['"index": null', "/index", "nothing is at /index"],
  ['"value": -1', "/value", "-1 at /value is negative"],
  [
    '"value": -99999999999999999999',
    "/value",
    "-99999999999999999999 at /value is negative",
  ],
  [
    '"value": 18446744073709551616',
    "/value",
    "18446744073709551616 at /value has more than 64 bits",
  ],
  ['"value": 1.5', "/value", "1.5 at /value is not an integer"],
  ['"value": 1e300', "/value", "1e+300 at /value is not an integer"],
  ['"value": "1"', "/value", '"1" at /value is not an integer'],
  ['"valueTwo": true', "/valueTwo", "true at /valueTwo is not an integer"],
  [
    '"op": "=="',
    "/op",
    '"==" at /op is not an operator of seccomp',
  ],
];

const argumentText = (member: string): string =>
  `{"defaultAction":"SCMP_ACT_ERRNO","syscalls":[{"name":"mount",
    "action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":0,
    "op":"SCMP_CMP_EQ",${member}}]}]}`;

for (
  const [text, pointer, message] of [
    ...MISTAKES,
    ...PROFILE_MISTAKES.map(([members, pointer, message]) =>
      [
        JSON.stringify({ defaultAction: "SCMP_ACT_ERRNO", ...members }),
        pointer,
        message,
      ] as const
    ),
    ...RULE_MISTAKES.map(([members, pointer, message]) =>
      [
        JSON.stringify({
          defaultAction: "SCMP_ACT_ERRNO",
          syscalls: [{
            names: ["mount"],
            action: "SCMP_ACT_ERRNO",
            ...members,
          }],
        }),
        `/syscalls/0${pointer}`,
        message.replace(pointer, `/syscalls/0${pointer}`),
      ] as const
    ),
    ...ARGUMENT_MISTAKES.map(([member, pointer, message]) =>
      [
        argumentText(member),
        `/syscalls/0/args/0${pointer}`,
        message.replace(pointer, `/syscalls/0/args/0${pointer}`),
      ] as const
    ),
  ]
) {
  Deno.test(`parseSeccompProfile() refuses: ${message}`, () => {
    assert.throws(() => parseSeccompProfile(text), (error) => {
      assert.ok(error instanceof SpecError);
      assert.equal(error.pointer, pointer);
      const [attempt, rest] = error.message.split(/: (.*)/s);
      assert.equal(attempt, "Cannot use the seccomp profile");
      if (typeof message === "string") assert.equal(rest, message);
      else assert.match(rest ?? "", message);
      assert.ok(!error.message.includes("\n"));
      return true;
    });
  });
}

Deno.test("parseSeccompProfile() says long values in part", () => {
  const action = "A".repeat(10_000);
  assert.throws(() => parse({ defaultAction: action }), (error) => {
    assert.ok(error instanceof SpecError);
    assert.ok(error.message.length < 200, error.message);
    return true;
  });
});

Deno.test("parseSeccompProfile() refuses what is nested without end", () => {
  for (const depth of [1_000, 1_000_000]) {
    const text = "[".repeat(depth) + "]".repeat(depth);
    assert.throws(() => parseSeccompProfile(text), SpecError);
  }
});

Deno.test("parseSeccompProfile() reads own members only", () => {
  const text = `{"__proto__":{"defaultAction":"SCMP_ACT_ALLOW"}}`;
  assert.throws(() => parseSeccompProfile(text), SpecError);
});
