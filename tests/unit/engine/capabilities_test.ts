/**
 * @module
 */
import assert from "node:assert/strict";
import type { CapabilityName } from "../../../ffi/constants/capability.ts";
import {
  allCapabilities,
  type CapabilityConfig,
  capabilitySets,
  DEFAULT_CAPABILITIES,
  grantedCapabilities,
  parseCapabilities,
} from "../../../lib/engine/capabilities.ts";

const ALL = allCapabilities();

function without(
  names: Iterable<CapabilityName>,
  ...dropped: CapabilityName[]
): CapabilityName[] {
  return [...names].filter((name) => !dropped.includes(name));
}

function grant(
  config: Partial<CapabilityConfig>,
  available: ReadonlySet<CapabilityName> = ALL,
): CapabilityName[] {
  return grantedCapabilities({
    privileged: false,
    capAdd: [],
    capDrop: [],
    ...config,
  }, available);
}

Deno.test("DEFAULT_CAPABILITIES are docker's 14", () => {
  assert.equal(new Set(DEFAULT_CAPABILITIES).size, 14);
  const dangerous = ["CAP_SYS_ADMIN", "CAP_SYS_PTRACE", "CAP_NET_ADMIN"];
  for (const name of [...dangerous, "CAP_SYS_MODULE", "CAP_BPF"]) {
    assert.ok(!DEFAULT_CAPABILITIES.some((held) => held === name), name);
  }
});

Deno.test("parseCapabilities() takes names with and without CAP_, in any case", () => {
  assert.deepEqual(
    parseCapabilities("CapAdd", ["NET_ADMIN", "cap_kill", "Cap_Bpf", "aLL"]),
    ["CAP_NET_ADMIN", "CAP_KILL", "CAP_BPF", "ALL"],
  );
});

Deno.test("parseCapabilities() names what is no capability", () => {
  const wrong: [string, string][] = [
    ["foo", "CAP_FOO"],
    ["", "CAP_"],
    ["CAP_ALL", "CAP_ALL"],
    ["NET_ADMIN ", "CAP_NET_ADMIN "],
    ["toString", "CAP_TOSTRING"],
  ];
  for (const [text, named] of wrong) {
    for (const what of ["CapAdd", "CapDrop"] as const) {
      assert.throws(() => parseCapabilities(what, ["KILL", text]), {
        name: "UsageError",
        message: `invalid ${what}: unknown capability: "${named}"`,
      });
    }
  }
});

const GRANTS: readonly (readonly [
  string,
  Partial<CapabilityConfig>,
  readonly CapabilityName[],
])[] = [
  ["nothing", {}, DEFAULT_CAPABILITIES],
  [
    "adding one",
    { capAdd: ["CAP_SYS_TIME"] },
    [...ALL].filter((name) =>
      name === "CAP_SYS_TIME" || DEFAULT_CAPABILITIES.includes(name)
    ),
  ],
  [
    "dropping one",
    { capDrop: ["CAP_MKNOD"] },
    without(DEFAULT_CAPABILITIES, "CAP_MKNOD"),
  ],
  ["dropping what it has not", { capDrop: ["CAP_BPF"] }, DEFAULT_CAPABILITIES],
  ["dropping all", { capDrop: ["ALL"] }, []],
  [
    "dropping all but some",
    { capDrop: ["ALL"], capAdd: ["CAP_KILL", "CAP_BPF"] },
    ["CAP_KILL", "CAP_BPF"],
  ],
  ["adding all", { capAdd: ["ALL"] }, [...ALL]],
  [
    "adding all but one",
    { capAdd: ["ALL"], capDrop: ["CAP_SYS_ADMIN"] },
    without(ALL, "CAP_SYS_ADMIN"),
  ],
  ["adding and dropping all", { capAdd: ["ALL"], capDrop: ["ALL"] }, [...ALL]],
  [
    "adding and dropping one",
    { capAdd: ["CAP_BPF"], capDrop: ["CAP_BPF", "CAP_KILL"] },
    [...ALL].filter((name) =>
      name === "CAP_BPF" ||
      name !== "CAP_KILL" && DEFAULT_CAPABILITIES.includes(name)
    ),
  ],
  ["privileged", { privileged: true }, [...ALL]],
  [
    "privileged, dropping one",
    { privileged: true, capDrop: ["CAP_SYS_BOOT"] },
    without(ALL, "CAP_SYS_BOOT"),
  ],
  [
    "privileged, dropping all but one",
    { privileged: true, capDrop: ["ALL"], capAdd: ["CAP_KILL"] },
    ["CAP_KILL"],
  ],
];

for (const [what, config, granted] of GRANTS) {
  Deno.test(`grantedCapabilities() of ${what}`, () => {
    assert.deepEqual(grant(config), granted);
  });
}

Deno.test("grantedCapabilities() leaves out silently what nobody named", () => {
  const held = new Set(without(ALL, "CAP_SYS_RESOURCE", "CAP_CHOWN"));
  assert.deepEqual(grant({}, held), without(DEFAULT_CAPABILITIES, "CAP_CHOWN"));
  assert.deepEqual(grant({ privileged: true }, held), [...held]);
  assert.deepEqual(grant({ capAdd: ["ALL"] }, held), [...held]);
});

Deno.test("grantedCapabilities() refuses to add what it does not have", () => {
  const held = new Set(without(ALL, "CAP_SYS_RESOURCE"));
  const capAdd = ["CAP_SYS_RESOURCE"] as const;
  for (const privileged of [true, false]) {
    assert.throws(() => grant({ privileged, capAdd }, held), {
      name: "UsageError",
      message: "Cannot add CAP_SYS_RESOURCE: tsdocker itself does not have it",
    });
  }
  assert.deepEqual(
    grant({ capAdd: ["ALL", ...capAdd], capDrop: capAdd }, held),
    [...held],
    "it is not added after all",
  );
});

Deno.test("capabilitySets() gives root all that is granted", () => {
  const granted = ["CAP_KILL", "CAP_BPF"] as const;
  assert.deepEqual(capabilitySets(granted, { uid: 0 }), {
    bounding: granted,
    effective: granted,
    permitted: granted,
    inheritable: [],
    ambient: [],
  });
});

Deno.test("capabilitySets() gives others only what they can gain", () => {
  const granted = ["CAP_KILL", "CAP_BPF"] as const;
  assert.deepEqual(capabilitySets(granted, { uid: 1000 }), {
    bounding: granted,
    effective: [],
    permitted: [],
    inheritable: [],
    ambient: [],
  });
});
