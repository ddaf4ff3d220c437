/** @module */
import assert from "node:assert/strict";
import {
  CAPABILITY,
  type CapabilityName,
} from "../../../../ffi/constants/capability.ts";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import type {
  Capabilities,
  Process,
  User,
} from "../../../../lib/oci/runtime_spec.ts";
import {
  type CredentialOptions,
  credentialSteps,
} from "../../../../lib/runtime/plan/credentials.ts";
import { describeStep } from "../../../../lib/runtime/plan/describe.ts";
import type { SeccompFilter } from "../../../../lib/runtime/plan/seccomp.ts";
import type { ChildStep } from "../../../../lib/runtime/plan/step.ts";
import { runtimeSpec } from "../../../support/runtime_spec.ts";

const NONE: Capabilities = {
  bounding: [],
  effective: [],
  permitted: [],
  inheritable: [],
  ambient: [],
};
const ROOT: User = { uid: 0, gid: 0, additionalGids: [] };
const USER: User = { uid: 1000, gid: 100, additionalGids: [] };

const MARK: ChildStep = { call: "getpid", args: [], why: "a mark" };
const FILTER: SeccompFilter = { program: new Uint8Array(16), flags: 0 };
const INSTALL = "seccomp(SECCOMP_SET_MODE_FILTER, 0, {2, 2 instructions})";

function steps(
  user: User,
  capabilities: Partial<Capabilities> = {},
  changes: Partial<Process> = {},
  options: Partial<CredentialOptions> = {},
): readonly ChildStep[] {
  return credentialSteps(
    runtimeSpec({
      process: {
        user,
        capabilities: { ...NONE, ...capabilities },
        ...changes,
      },
    }).process,
    { afterUser: [], ...options },
  );
}

/** The steps as text, without those of the bounding set. */
function texts(...args: Parameters<typeof steps>): string[] {
  return steps(...args).map(describeStep).filter((text) =>
    !text.includes("PR_CAPBSET_DROP")
  );
}

function dropped(bounding: readonly CapabilityName[]): string[] {
  return steps(ROOT, { bounding }).flatMap(({ call, args: [what, which] }) =>
    call === "prctl" && isSymbol(what) && what.text === "PR_CAPBSET_DROP" &&
      isSymbol(which)
      ? [which.text]
      : []
  );
}

function isSymbol(value: unknown): value is { text: string; value: number } {
  return typeof value === "object" && value !== null && "text" in value;
}

const ALL = Object.keys(CAPABILITY) as CapabilityName[];

Deno.test("credentialSteps() drops exactly what the bounding set lacks", () => {
  assert.deepEqual(dropped([]), ALL);
  assert.deepEqual(dropped(ALL), []);
  assert.deepEqual(
    dropped(["CAP_KILL", "CAP_BPF"]),
    ALL.filter((name) => name !== "CAP_KILL" && name !== "CAP_BPF"),
  );
});

Deno.test("credentialSteps() drops by number, and lets an older kernel refuse", () => {
  const first = steps(ROOT).slice(0, ALL.length);
  assert.deepEqual(
    first.map(({ args }) => isSymbol(args[1]) ? args[1].value : undefined),
    Array.from({ length: 41 }, (_, number) => number),
  );
  for (const { tolerate } of first) assert.deepEqual(tolerate, ["EINVAL"]);
  assert.equal(ERRNO.EINVAL, 22);
});

Deno.test("credentialSteps() tolerates no refusal of what protects", () => {
  const others = steps(USER, { permitted: ["CAP_KILL"] }, {
    noNewPrivileges: true,
  }).slice(ALL.length);
  assert.ok(others.length >= 5);
  for (const step of others) assert.equal(step.tolerate, undefined, step.call);
});

Deno.test("credentialSteps() sets groups, group, user and capabilities in order", () => {
  assert.deepEqual(texts(USER), [
    "setgroups(0, NULL)",
    "setresgid(100, 100, 100)",
    "setresuid(1000, 1000, 1000)",
    "capset({_LINUX_CAPABILITY_VERSION_3, 0}, {effective=0x0, permitted=0x0, inheritable=0x0})",
  ]);
});

Deno.test("credentialSteps() keeps capabilities for another user that has some", () => {
  const KEEP = "prctl(PR_SET_KEEPCAPS, 1)";
  const some = { permitted: ["CAP_KILL"] } as const;
  assert.equal(texts(USER, some)[0], KEEP);
  assert.ok(!texts(USER).includes(KEEP));
  assert.ok(!texts(ROOT, some).includes(KEEP));
});

Deno.test("credentialSteps() raises ambient capabilities one by one, at the end", () => {
  const sets = ["CAP_KILL", "CAP_NET_BIND_SERVICE"] as const;
  const all = texts(USER, {
    permitted: sets,
    inheritable: sets,
    ambient: sets,
  });
  assert.deepEqual(all.slice(-2), [
    "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_KILL, 0, 0)",
    "prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_BIND_SERVICE, 0, 0)",
  ]);
  assert.match(all.at(-3) ?? "", /^capset/);
});

Deno.test("credentialSteps() sets no_new_privs last, only if asked", () => {
  const NNP = "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)";
  assert.equal(texts(ROOT, {}, { noNewPrivileges: true }).at(-1), NNP);
  assert.ok(!texts(ROOT, {}, { noNewPrivileges: false }).includes(NNP));
  assert.ok(!texts(ROOT).includes(NNP));
});

Deno.test("credentialSteps() makes the steps after the user right after it", () => {
  const all = texts(USER, {}, {}, { afterUser: [MARK] });
  assert.equal(all[all.indexOf("getpid()") - 1], "setresuid(1000, 1000, 1000)");
});

Deno.test("credentialSteps() installs a filter before root's capset drops CAP_SYS_ADMIN", () => {
  const all = texts(ROOT, {}, {}, { seccomp: FILTER });
  assert.match(all.at(-1) ?? "", /^capset/);
  assert.equal(all.at(-2), INSTALL);
  assert.ok(!all.some((text) => text.includes("KEEPCAPS")));
});

Deno.test("credentialSteps() regains CAP_SYS_ADMIN for the filter of another user", () => {
  const all = texts(USER, {}, {}, { seccomp: FILTER });
  assert.equal(all[0], "prctl(PR_SET_KEEPCAPS, 1)");
  assert.deepEqual(all.slice(-3), [
    "capset({_LINUX_CAPABILITY_VERSION_3, 0}, {effective=0x200000, permitted=0x200000, inheritable=0x0})",
    INSTALL,
    "capset({_LINUX_CAPABILITY_VERSION_3, 0}, {effective=0x0, permitted=0x0, inheritable=0x0})",
  ]);
});

Deno.test("credentialSteps() installs a filter last of all after no_new_privs", () => {
  for (const user of [ROOT, USER]) {
    const all = texts(user, {}, { noNewPrivileges: true }, { seccomp: FILTER });
    assert.equal(all.at(-1), INSTALL);
    assert.equal(all.at(-2), "prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)");
    assert.ok(!all.some((text) => text.includes("KEEPCAPS")));
  }
});

Deno.test("credentialSteps() passes groups as 32-bit numbers", () => {
  const gids = [0, 5, 4_294_967_294];
  const step = steps({ ...USER, additionalGids: gids })
    .find(({ call }) => call === "setgroups");
  assert.deepEqual(step?.args, [3, {
    bytes: Uint8Array.of(0, 0, 0, 0, 5, 0, 0, 0, 254, 255, 255, 255),
    text: "[0, 5, 4294967294]",
  }]);
});

Deno.test("credentialSteps() lays the sets out as capset(2) reads them", () => {
  const step = steps(ROOT, {
    effective: ["CAP_CHOWN"],
    permitted: ["CAP_CHOWN", "CAP_MAC_OVERRIDE", "CAP_SETFCAP"],
    inheritable: ["CAP_KILL", "CAP_CHECKPOINT_RESTORE"],
  }).find(({ call }) => call === "capset");
  const [header, sets] = step?.args ?? [];
  assert.deepEqual(words(header), [0x20080522, 0]);
  assert.deepEqual(words(sets), [
    0x00000001,
    0x80000001,
    0x00000020,
    0x000,
    0x001,
    0x100,
  ]);
});

function words(argument: unknown): number[] {
  assert.ok(
    typeof argument === "object" && argument !== null && "bytes" in argument &&
      argument.bytes instanceof Uint8Array,
  );
  const { buffer, byteOffset, byteLength } = argument.bytes;
  const view = new DataView(buffer, byteOffset, byteLength);
  return Array.from({ length: byteLength / 4 }, (_, index) => {
    const LITTLE_ENDIAN = true;
    return view.getUint32(index * 4, LITTLE_ENDIAN);
  });
}
