/**
 * `--security-opt seccomp=FILE`: profiles in the form that docker publishes its
 * own in, by what programs can do under them.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DEFAULT_PROFILE } from "../../lib/runtime/security/seccomp/default_profile.ts";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  type Outcome,
  type Place,
} from "../support/cli.ts";
import { assertRefused } from "../support/escapes.ts";

/** As docker's own file has it, with architectures that are not ours. */
const ARCH_MAP = [
  ["X86_64", "X86", "X32"],
  ["AARCH64", "ARM"],
  ["MIPS64", "MIPS", "MIPS64N32"],
  ["MIPS64N32", "MIPS", "MIPS64"],
  ["MIPSEL64", "MIPSEL", "MIPSEL64N32"],
  ["MIPSEL64N32", "MIPSEL", "MIPSEL64"],
  ["S390X", "S390"],
  ["RISCV64"],
].map(([architecture, ...others]) => ({
  architecture: `SCMP_ARCH_${architecture}`,
  ...(others.length === 0
    ? {}
    : { subArchitectures: others.map((other) => `SCMP_ARCH_${other}`) }),
}));

/** A profile that lets through what is not named. */
function except(...syscalls: unknown[]): unknown {
  return { defaultAction: "SCMP_ACT_ALLOW", archMap: ARCH_MAP, syscalls };
}

/** One rule of a profile, with the members that docker's file has. */
function rule(
  names: string[],
  rest: Readonly<Record<string, unknown>>,
): unknown {
  return {
    names,
    action: "SCMP_ACT_ERRNO",
    args: [],
    comment: "",
    includes: {},
    excludes: {},
    ...rest,
  };
}

/** Runs under a profile. */
async function runUnder(
  place: Place,
  profile: unknown,
  ...words: readonly string[]
): Promise<Outcome> {
  const text = typeof profile === "string" ? profile : JSON.stringify(profile);
  await Deno.writeTextFile(`${place.work}/profile.json`, text);
  const flags = ["--security-opt", "seccomp=profile.json"];
  return await place.run("--rm", ...flags, ...words);
}

const MKDIR = ["mkdir", "mkdirat"];

forEachLauncher("a profile refuses with its error numbers", async (place) => {
  const words = [IMAGE, "mkdir", "/made"];
  const refused = await runUnder(place, except(rule(MKDIR, {})), ...words);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /Operation not permitted/);
  const EXDEV = 18;
  const told = rule(MKDIR, { errnoRet: EXDEV });
  const other = await runUnder(place, except(told), ...words);
  assert.match(other.stderr, /Invalid cross-device link/);
  const kill = rule(MKDIR, { action: "SCMP_ACT_KILL_PROCESS" });
  const killed = await runUnder(place, except(kill), ...words);
  // SIGSYS
  assert.deepEqual(killed, { code: 128 + 31, stdout: "", stderr: "" });
});

forEachLauncher("a profile decides by arguments", async (place) => {
  const AF_INET = 2;
  const profile = except(rule(["socket"], {
    errnoRet: 97,
    args: [{ index: 0, value: AF_INET, valueTwo: 0, op: "SCMP_CMP_EQ" }],
  }));
  const inet = await runUnder(place, profile, IMAGE, "nc", "127.0.0.1", "1");
  assert.match(inet.stderr, /not supported by protocol/);
  const inet6 = await runUnder(place, profile, IMAGE, "nc", "::1", "1");
  assert.match(inet6.stderr, /Connection refused/);
  const CLONE_NEWUTS = 0x04000000;
  const masked = except(rule(["unshare"], {
    args: [{
      index: 0,
      value: CLONE_NEWUTS,
      valueTwo: CLONE_NEWUTS,
      op: "SCMP_CMP_MASKED_EQ",
    }],
  }));
  const flags = ["--cap-add", "SYS_ADMIN", IMAGE, "unshare"];
  const uts = await runUnder(place, masked, ...flags, "-u", "true");
  assert.equal(uts.code, 1);
  const net = await runUnder(place, masked, ...flags, "-n", "true");
  assert.deepEqual(net, { code: 0, stdout: "", stderr: "" });
});

forEachLauncher(
  "a profile decides by what the container holds",
  async (place) => {
    const profile = except(
      rule(MKDIR, { includes: { caps: ["CAP_SYS_TIME"] } }),
      rule(["chroot"], { excludes: { caps: ["CAP_SYS_TIME"] } }),
      rule(["sethostname"], { includes: { minKernel: "3.0" } }),
      rule(["rename", "renameat", "renameat2"], {
        includes: { minKernel: "99.0" },
      }),
      rule(["symlink", "symlinkat"], { includes: { arches: ["s390x"] } }),
    );
    const script =
      "mkdir /made; chroot / true; hostname x; touch /a; mv /a /b; " +
      "ln -s /b /c; ls -d /made /c";
    const words = [IMAGE, "sh", "-c", script];
    const without = await runUnder(place, profile, ...words);
    assert.equal(without.stdout, "/c\n/made\n");
    assert.match(without.stderr, /chroot.*\n.*hostname/i);
    const held = ["--cap-add", "SYS_TIME", ...words];
    const withIt = await runUnder(place, profile, ...held);
    assert.equal(withIt.stdout, "/c\n");
    assert.match(withIt.stderr, /mkdir.*\n.*hostname/i);
    assert.doesNotMatch(withIt.stderr, /chroot/);
  },
);

forEachLauncher(
  "a profile of docker's size works as docker's",
  async (place) => {
    const profile = {
      ...DEFAULT_PROFILE,
      archMap: ARCH_MAP,
      syscalls: DEFAULT_PROFILE.syscalls.map((each) => ({
        ...each,
        names: each.names.filter((name) => !MKDIR.includes(name)),
        comment: "",
      })),
    };
    const script =
      "grep ^Seccomp: /proc/self/status; mkdir /made 2>/dev/null; " +
      "unshare -m true 2>/dev/null || echo refused; ls -d /made 2>/dev/null; true";
    assertPrints(
      await runUnder(place, profile, IMAGE, "sh", "-c", script),
      "Seccomp:\t2\nrefused\n",
    );
    assertPrints(
      await place.run("--rm", IMAGE, "sh", "-c", script),
      "Seccomp:\t2\nrefused\n/made\n",
    );
  },
);

forEachLauncher("a profile names calls that nobody knows", async (place) => {
  const profile = except(rule(["no_such_call", "mkdir", "mkdirat"], {}));
  const outcome = await runUnder(place, profile, IMAGE, "mkdir", "/made");
  assert.match(outcome.stderr, /Operation not permitted/);
  const none = { defaultAction: "SCMP_ACT_ALLOW" };
  assertPrints(await runUnder(place, none, IMAGE, "mkdir", "/made"), "");
});

forEachLauncher(
  "a profile that refuses everything is said to",
  async (place) => {
    const nothing = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [] };
    const outcome = await runUnder(place, nothing, IMAGE, "true");
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.stderr, /^tsdocker: [^\n]+\n(\ntry: [^\n]+\n)?$/);
  },
);

/** Files that are no profiles, and what is said of them. */
const BROKEN: readonly (readonly [profile: unknown, why: RegExp])[] = [
  ["", /Decoding seccomp profile \(profile\.json\) failed: /],
  ["{", /Decoding seccomp profile \(profile\.json\) failed: /],
  ["null", /Decoding/],
  ["[]", /Decoding/],
  [{}, /defaultAction/],
  [{ defaultAction: "ALLOW" }, /ALLOW/],
  [{ defaultAction: "SCMP_ACT_ALLOW", syscalls: {} }, /syscalls/],
  [except({ names: "mkdir", action: "SCMP_ACT_ERRNO" }), /names/],
  [except(rule(MKDIR, { action: "SCMP_ACT_NONE" })), /SCMP_ACT_NONE/],
  [except(rule(MKDIR, { errnoRet: -1 })), /errnoRet/],
  [except(rule(MKDIR, { errnoRet: 1e9 })), /errnoRet/],
  [
    except(rule(MKDIR, { args: [{ index: 6, value: 0, op: "SCMP_CMP_EQ" }] })),
    /index/,
  ],
  [except(rule(MKDIR, { args: [{ index: 0, value: 0, op: "==" }] })), /op/],
  [
    except(rule(MKDIR, { args: [{ index: 0, value: -1, op: "SCMP_CMP_EQ" }] })),
    /value/,
  ],
  [except(rule(MKDIR, { includes: { minKernel: "new" } })), /minKernel/],
  [
    { defaultAction: "SCMP_ACT_ALLOW", architectures: ["SCMP_ARCH_NONE"] },
    /SCMP_ARCH_NONE/,
  ],
];

forEachLauncher(
  "a file that is no profile is refused in one line",
  async (place) => {
    for (const [profile, why] of BROKEN) {
      const outcome = await runUnder(place, profile, IMAGE, "true");
      assertRefused(outcome, why);
      assert.match(outcome.stderr, /Decoding seccomp profile/);
    }
  },
);
