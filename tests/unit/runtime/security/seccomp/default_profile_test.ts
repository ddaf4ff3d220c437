import assert from "node:assert/strict";
import { CAPABILITY } from "../../../../../ffi/constants/capability.ts";
import { CLONE } from "../../../../../ffi/constants/sched.ts";
import { AF } from "../../../../../ffi/constants/socket.ts";
import { DEFAULT_CAPABILITIES } from "../../../../../lib/engine/capabilities.ts";
import type { SeccompArchitecture } from "../../../../../lib/oci/linux_seccomp.ts";
import { CALL_ARCHITECTURES } from "../../../../../lib/runtime/security/seccomp/architecture.ts";
import { compileProfile } from "../../../../../lib/runtime/security/seccomp/compile_profile.ts";
import { DEFAULT_PROFILE } from "../../../../../lib/runtime/security/seccomp/default_profile.ts";
import { ALLOWED_CALLS } from "../../../../../lib/runtime/security/seccomp/default_profile/allowed_calls.ts";
import { CAPABILITY_CALLS } from "../../../../../lib/runtime/security/seccomp/default_profile/capability_calls.ts";
import type { ProfileRule } from "../../../../../lib/runtime/security/seccomp/profile.ts";
import { syscallNumbers } from "../../../../../lib/runtime/security/seccomp/syscall_numbers.ts";
import {
  type LoadedFilter,
  loadFilter,
  type Verdict,
} from "../../../../support/bpf_simulator.ts";

const ARCHITECTURES = Object.keys(CALL_ARCHITECTURES) as SeccompArchitecture[];
const HOST_OF: Readonly<Record<SeccompArchitecture, "x86_64" | "aarch64">> = {
  SCMP_ARCH_X86_64: "x86_64",
  SCMP_ARCH_X86: "x86_64",
  SCMP_ARCH_X32: "x86_64",
  SCMP_ARCH_AARCH64: "aarch64",
  SCMP_ARCH_ARM: "aarch64",
};
const ALLOW = 0x7fff0000;
const EPERM = 0x00050001;
const ENOSYS = 0x00050026;
const SIGCHLD = 17n;

/** What no container may do, whatever capabilities it has. */
const NEVER = [
  ...["io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd"],
  ...["add_key", "request_key", "keyctl", "kexec_load", "kexec_file_load"],
  ...["swapon", "swapoff", "pivot_root", "nfsservctl", "uselib", "ustat"],
  ...["sysfs", "_sysctl", "vm86", "vm86old", "migrate_pages", "move_pages"],
  ...["create_module", "get_kernel_syms", "query_module", "vserver", "uprobe"],
];

const rulesOf = (name: string): readonly ProfileRule[] =>
  DEFAULT_PROFILE.syscalls.filter(({ names }) => names.includes(name));

const capabilityOf = ({ includes }: ProfileRule): string | undefined =>
  includes?.caps?.[0];

function filterOf(
  host: "x86_64" | "aarch64",
  ...added: readonly string[]
): LoadedFilter {
  return loadFilter(
    compileProfile(DEFAULT_PROFILE, {
      capabilities: new Set([...DEFAULT_CAPABILITIES, ...added]),
      architecture: host,
      kernel: { major: 5, minor: 12 },
    }).program,
  );
}

/** How a call is judged, or `undefined` if the architecture does not have it. */
function judge(
  filter: LoadedFilter,
  architecture: SeccompArchitecture,
  [name, ...args]: readonly [name: string, ...args: bigint[]],
): Verdict | undefined {
  const nr = syscallNumbers(architecture).get(name);
  const { audit: arch } = CALL_ARCHITECTURES[architecture];
  return nr === undefined ? undefined : filter.judge({ nr, arch, args });
}

Deno.test("DEFAULT_PROFILE refuses with EPERM what it does not name", () => {
  assert.equal(DEFAULT_PROFILE.defaultAction, "SCMP_ACT_ERRNO");
  assert.equal(DEFAULT_PROFILE.defaultErrnoRet, 1);
});

Deno.test("DEFAULT_PROFILE names nothing of what is refused always", () => {
  for (const name of NEVER) assert.deepEqual(rulesOf(name), [], name);
});

Deno.test("DEFAULT_PROFILE names each call once in a rule, in the kernel's spelling", () => {
  for (const { names } of DEFAULT_PROFILE.syscalls) {
    assert.equal(new Set(names).size, names.length);
    for (const name of names) assert.match(name, /^_?[a-z][a-z0-9_]*$/);
  }
});

Deno.test("DEFAULT_PROFILE has no condition on what is allowed always", () => {
  const seen = new Set(ALLOWED_CALLS);
  for (const { names, ...rule } of DEFAULT_PROFILE.syscalls) {
    if (names === ALLOWED_CALLS) {
      assert.deepEqual(rule, { action: "SCMP_ACT_ALLOW" });
    } else {
      for (const name of names) assert.ok(!seen.has(name), name);
    }
  }
});

Deno.test("DEFAULT_PROFILE opens calls by capabilities that exist", () => {
  const entries = Object.entries(CAPABILITY_CALLS);
  for (const [capability, names] of entries) {
    assert.ok(capability in CAPABILITY, capability);
    assert.ok(names.length > 0, capability);
  }
  const capabilities = DEFAULT_PROFILE.syscalls.map(capabilityOf);
  assert.deepEqual(
    capabilities.filter((one) => one !== undefined),
    entries.map(([capability]) => capability),
  );
});

Deno.test("DEFAULT_PROFILE asks for the right capability", () => {
  const cases: readonly [name: string, ...capabilities: string[]][] = [
    ["mount", "CAP_SYS_ADMIN"],
    ["umount2", "CAP_SYS_ADMIN"],
    ["unshare", "CAP_SYS_ADMIN"],
    ["setns", "CAP_SYS_ADMIN"],
    ["bpf", "CAP_SYS_ADMIN", "CAP_BPF"],
    ["perf_event_open", "CAP_SYS_ADMIN", "CAP_PERFMON"],
    ["syslog", "CAP_SYS_ADMIN", "CAP_SYSLOG"],
    ["open_by_handle_at", "CAP_DAC_READ_SEARCH"],
    ["init_module", "CAP_SYS_MODULE"],
    ["reboot", "CAP_SYS_BOOT"],
    ["chroot", "CAP_SYS_CHROOT"],
    ["iopl", "CAP_SYS_RAWIO"],
    ["settimeofday", "CAP_SYS_TIME"],
    ["clock_settime", "CAP_SYS_TIME"],
    ["mbind", "CAP_SYS_NICE"],
    ["kcmp", "CAP_SYS_PTRACE"],
    ["pidfd_getfd", "CAP_SYS_PTRACE"],
    ["acct", "CAP_SYS_PACCT"],
    ["vhangup", "CAP_SYS_TTY_CONFIG"],
  ];
  for (const [name, ...capabilities] of cases) {
    assert.deepEqual(rulesOf(name).map(capabilityOf), capabilities, name);
  }
});

Deno.test("DEFAULT_PROFILE lets clone make no namespace without CAP_SYS_ADMIN", () => {
  const [limited, ...others] = rulesOf("clone");
  assert.deepEqual(limited, {
    names: ["clone"],
    action: "SCMP_ACT_ALLOW",
    args: [{
      index: 0,
      value: 0x7e020000,
      valueTwo: 0,
      op: "SCMP_CMP_MASKED_EQ",
    }],
    excludes: { caps: ["CAP_SYS_ADMIN"] },
  });
  assert.deepEqual(others.map(capabilityOf), ["CAP_SYS_ADMIN"]);
  // All that clone(2) takes; it takes no time namespace.
  const flags = Object.entries(CLONE)
    .filter(([name]) =>
      name.startsWith("CLONE_NEW") && name !== "CLONE_NEWTIME"
    )
    .reduce((all, [, flag]) => all | flag, 0);
  assert.equal(flags, 0x7e020000);
});

Deno.test("DEFAULT_PROFILE makes libraries use clone in place of clone3", () => {
  const [refusal, ...others] = rulesOf("clone3");
  assert.equal(refusal?.action, "SCMP_ACT_ERRNO");
  assert.equal(refusal?.errnoRet, 38);
  assert.deepEqual(refusal?.excludes, { caps: ["CAP_SYS_ADMIN"] });
  assert.deepEqual(others.map(capabilityOf), ["CAP_SYS_ADMIN"]);
});

Deno.test("DEFAULT_PROFILE allows socket families by name, without AF_VSOCK and AF_ALG", () => {
  const [rule, ...others] = rulesOf("socket");
  assert.deepEqual(others, []);
  const [range, ...single] = rule?.args ?? [];
  assert.deepEqual(range, { index: 0, value: 12, op: "SCMP_CMP_LT" });
  assert.ok(single.every(({ op, index }) => op === "SCMP_CMP_EQ" && !index));
  const families = single.map(({ value }) => Number(value));
  assert.ok(!families.includes(AF.AF_VSOCK) && !families.includes(AF.AF_ALG));
  assert.deepEqual(
    families,
    Object.values(AF).filter((family) =>
      family >= 12 && family !== AF.AF_VSOCK && family !== AF.AF_ALG
    ),
  );
});

Deno.test("DEFAULT_PROFILE allows personalities that undo no protection", () => {
  const [rule] = rulesOf("personality");
  assert.deepEqual(rule?.args?.map(({ value, op }) => `${op} ${value}`), [
    "SCMP_CMP_EQ 0",
    "SCMP_CMP_EQ 8",
    "SCMP_CMP_EQ 131072",
    "SCMP_CMP_EQ 131080",
    "SCMP_CMP_EQ 4294967295",
  ]);
});

Deno.test("DEFAULT_PROFILE judges the 32-bit calls of each host", () => {
  assert.deepEqual(DEFAULT_PROFILE.archMap, [
    {
      architecture: "SCMP_ARCH_X86_64",
      subArchitectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    },
    {
      architecture: "SCMP_ARCH_AARCH64",
      subArchitectures: ["SCMP_ARCH_ARM"],
    },
  ]);
});

Deno.test("DEFAULT_PROFILE is plain JSON", () => {
  assert.deepEqual(
    JSON.parse(JSON.stringify(DEFAULT_PROFILE)),
    DEFAULT_PROFILE,
  );
});

Deno.test("DEFAULT_PROFILE names calls that one of the architectures has", () => {
  const known = new Set(
    ARCHITECTURES.flatMap((one) => [...syscallNumbers(one).keys()]),
  );
  for (const name of DEFAULT_PROFILE.syscalls.flatMap(({ names }) => names)) {
    assert.ok(known.has(name), name);
  }
});

for (const architecture of ARCHITECTURES) {
  const host = HOST_OF[architecture];
  Deno.test(`DEFAULT_PROFILE decides calls of ${architecture} by their arguments`, () => {
    const [filter, admin] = [filterOf(host), filterOf(host, "CAP_SYS_ADMIN")];
    const cases: readonly [number, number, ...Parameters<typeof judge>[2]][] = [
      [ALLOW, ALLOW, "clone", SIGCHLD],
      // Threads of glibc, and a time namespace's bit within the signal.
      [ALLOW, ALLOW, "clone", 0x3d0f00n],
      [ALLOW, ALLOW, "clone", 0x80n],
      [EPERM, ALLOW, "clone", SIGCHLD | 0x10000000n],
      [EPERM, ALLOW, "clone", SIGCHLD | 0x00020000n],
      [EPERM, ALLOW, "clone", 0x40000000n],
      [ENOSYS, ALLOW, "clone3"],
      [EPERM, ALLOW, "unshare", 0x10000000n],
      [EPERM, ALLOW, "mount"],
      [EPERM, EPERM, "keyctl"],
      [EPERM, EPERM, "io_uring_setup"],
      [EPERM, EPERM, "userfaultfd"],
      [ALLOW, ALLOW, "chroot"],
      [ALLOW, ALLOW, "ptrace"],
      [ALLOW, ALLOW, "personality", 0n],
      [ALLOW, ALLOW, "personality", 0xffffffffn],
      [EPERM, EPERM, "personality", 0x40000n],
      [EPERM, EPERM, "personality", 0x400008n],
      [ALLOW, ALLOW, "socket", 1n],
      [ALLOW, ALLOW, "socket", 10n],
      [ALLOW, ALLOW, "socket", 16n],
      [EPERM, EPERM, "socket", 12n],
      [EPERM, EPERM, "socket", 38n],
      [EPERM, EPERM, "socket", 40n],
      [EPERM, EPERM, "socket", 0x100000028n],
      [EPERM, EPERM, "socket", 0xffffffffn],
    ];
    for (const [expected, asAdmin, ...call] of cases) {
      const text = call.join(" ");
      assert.equal(judge(filter, architecture, call)?.action, expected, text);
      assert.equal(judge(admin, architecture, call)?.action, asAdmin, text);
    }
  });

  Deno.test(`DEFAULT_PROFILE reaches no verdict of ${architecture} late`, () => {
    const filter = filterOf(host);
    assert.ok(filter.length <= 720, `${filter.length} instructions`);
    for (const name of syscallNumbers(architecture).keys()) {
      const { executed = 0 } = judge(filter, architecture, [name]) ?? {};
      const limit = rulesOf(name).some(({ args }) => args) ? 45 : 14;
      assert.ok(executed <= limit, `${name}: ${executed}`);
    }
  });
}

Deno.test("DEFAULT_PROFILE tells programs that newer calls do not exist", () => {
  for (const architecture of ARCHITECTURES) {
    const filter = filterOf(HOST_OF[architecture]);
    const { audit: arch, firstNumber } = CALL_ARCHITECTURES[architecture];
    // removexattrat is 466, and the last of x32's own is 547.
    const last = architecture === "SCMP_ARCH_X32" ? 547 : 466;
    const answer = (nr: number): number =>
      filter.judge({ nr: firstNumber + nr, arch, args: [] }).action;
    assert.equal(answer(last), ALLOW);
    assert.equal(answer(last + 1), ENOSYS);
    assert.equal(answer(1000), ENOSYS);
  }
});
