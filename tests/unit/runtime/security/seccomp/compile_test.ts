/** @module */
import assert from "node:assert/strict";
import type { Arch } from "../../../../../ffi/arch/arch.ts";
import { SpecError } from "../../../../../lib/base/errors.ts";
import type {
  LinuxSeccomp,
  SeccompAction,
  SeccompRule,
} from "../../../../../lib/oci/linux_seccomp.ts";
import {
  AUDIT_ARCH_ARM,
  AUDIT_ARCH_I386,
} from "../../../../../lib/runtime/security/seccomp/architecture.ts";
import {
  type CompileOptions,
  compileSeccomp,
} from "../../../../../lib/runtime/security/seccomp/compile.ts";
import { parseSeccompProfile } from "../../../../../lib/runtime/security/seccomp/parse_profile.ts";
import { resolveProfile } from "../../../../../lib/runtime/security/seccomp/resolve.ts";
import { syscallNumbers } from "../../../../../lib/runtime/security/seccomp/syscall_numbers.ts";
import { disassemble } from "../../../../support/bpf_disassembly.ts";
import { loadFilter } from "../../../../support/bpf_simulator.ts";
import { assertGolden } from "../../../../support/golden.ts";

const FIXTURES = new URL(
  "../../../../fixtures/seccomp/",
  import.meta.url,
);
const AUDIT_ARCH_X86_64 = 0xc000003e;
const AUDIT_ARCH_AARCH64 = 0xc00000b7;
const AUDIT_ARCH_PPC64LE = 0xc0000015;
const X32 = 0x40000000;

const [KILL, EPERM, ENOSYS, LOG, ALLOW] = [
  0,
  0x50001,
  0x50026,
  0x7ffc0000,
  0x7fff0000,
];

/** What a policy answers on a host. */
type Answer = (
  nr: number,
  args?: readonly bigint[],
  arch?: number,
) => number;

function answers(
  seccomp: LinuxSeccomp,
  { host = "x86_64", ...options }: CompileOptions & { readonly host?: Arch } =
    {},
): Answer {
  const filter = loadFilter(compileSeccomp(seccomp, host, options));
  const native = host === "x86_64" ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_AARCH64;
  return (nr, args = [], arch = native) =>
    filter.judge({ nr, arch, args }).action;
}

/** A policy that refuses all but what the rules say. */
function refusing(...syscalls: readonly SeccompRule[]): LinuxSeccomp {
  return { defaultAction: "SCMP_ACT_ERRNO", syscalls };
}

function allow(...names: readonly string[]): SeccompRule {
  return { names, action: "SCMP_ACT_ALLOW" };
}

for (const name of ["docker", "operators", "multiplexed", "nothing"]) {
  for (const architecture of ["x86_64", "aarch64"] as const) {
    Deno.test(`compileSeccomp() compiles ${name}.json for ${architecture}`, () => {
      const text = Deno.readTextFileSync(new URL(`${name}.json`, FIXTURES));
      const seccomp = resolveProfile(parseSeccompProfile(text), {
        capabilities: new Set(),
        architecture,
        kernel: { major: 6, minor: 18 },
      });
      const program = compileSeccomp(seccomp, architecture);
      const bytes = program.toHex().match(/.{1,64}/g) ?? [];
      assertGolden(
        `${disassemble(program)}\n${bytes.join("\n")}\n`,
        `seccomp/${name}.${architecture}.txt`,
      );
    });
  }
}

Deno.test("compileSeccomp() ends what is of another architecture", () => {
  const judge = answers(refusing(allow("read")));
  assert.equal(judge(0), ALLOW);
  assert.equal(judge(0, [], AUDIT_ARCH_PPC64LE), KILL);
  assert.equal(judge(3, [], AUDIT_ARCH_I386), KILL);
  assert.equal(judge(0, [], AUDIT_ARCH_AARCH64), KILL);
  const arm = answers(refusing(allow("read")), { host: "aarch64" });
  assert.equal(arm(63), ALLOW);
  assert.equal(arm(3, [], AUDIT_ARCH_ARM), KILL);
});

Deno.test("compileSeccomp() judges each architecture by its own numbers", () => {
  const seccomp: LinuxSeccomp = {
    ...refusing(allow("mount", "execve")),
    architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_ARM"],
  };
  const judge = answers(seccomp);
  assert.equal(judge(165), ALLOW);
  assert.equal(judge(21), EPERM);
  assert.equal(judge(21, [], AUDIT_ARCH_I386), ALLOW);
  assert.equal(judge(165, [], AUDIT_ARCH_I386), EPERM);
  assert.equal(judge(X32 + 165), ALLOW);
  // Numbers of x86-64 with the bit of x32 are none of x32's.
  assert.equal(judge(X32 + 59), EPERM);
  assert.equal(judge(X32 + 520), ALLOW);
  assert.equal(judge(520), EPERM);
  assert.equal(judge(21, [], AUDIT_ARCH_ARM), KILL, "of another host");
  const arm = answers(seccomp, { host: "aarch64" });
  assert.equal(arm(21, [], AUDIT_ARCH_ARM), ALLOW);
  assert.equal(arm(40), ALLOW);
});

Deno.test("compileSeccomp() ends calls of x32 where it is not listed", () => {
  const judge = answers(refusing(allow("read")));
  assert.equal(judge(X32), KILL);
  assert.equal(judge(X32 - 1), EPERM);
  assert.equal(judge(0xfffffffe), KILL);
  // So a tracer skips a call.
  assert.equal(judge(0xffffffff), EPERM);
});

Deno.test("compileSeccomp() passes over rules that say what is said anyway", () => {
  // libseccomp's first rule would decide, were it not passed over.
  const judge = answers(refusing(
    { names: ["mount"], action: "SCMP_ACT_ERRNO" },
    allow("mount"),
  ));
  assert.equal(judge(165), ALLOW);
});

Deno.test("compileSeccomp() passes over names an architecture has not", () => {
  const judge = answers(refusing(allow("socketcall", "nonsense", "read")));
  assert.equal(judge(0), ALLOW);
  assert.equal(judge(102), EPERM);
});

Deno.test("compileSeccomp() wants all conditions, or any on the same argument", () => {
  const equal = (index: number, value: number) =>
    ({ index, value, op: "SCMP_CMP_EQ" }) as const;
  const judge = answers(refusing(
    { ...allow("read"), args: [equal(1, 5), equal(0, 3)] },
    { ...allow("write"), args: [equal(0, 3), equal(1, 5), equal(0, 4)] },
  ));
  assert.equal(judge(0, [3n, 5n]), ALLOW);
  assert.equal(judge(0, [3n, 6n]), EPERM);
  assert.equal(judge(0, [4n, 5n]), EPERM);
  assert.equal(judge(1, [3n, 0n]), ALLOW);
  assert.equal(judge(1, [4n, 0n]), ALLOW);
  assert.equal(judge(1, [0n, 5n]), ALLOW);
  assert.equal(judge(1, [0n, 0n]), EPERM);
});

Deno.test("compileSeccomp() compares 64 bits of native arguments, 32 of others", () => {
  const judge = answers({
    ...refusing({
      ...allow("read"),
      args: [{ index: 0, value: 5, op: "SCMP_CMP_EQ" }],
    }),
    architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  });
  const five = 0x1_0000_0005n;
  assert.equal(judge(0, [five]), EPERM);
  assert.equal(judge(3, [five], AUDIT_ARCH_I386), ALLOW);
  assert.equal(judge(X32, [five]), ALLOW);
});

Deno.test("compileSeccomp() judges calls through socketcall and ipc", () => {
  const judge = answers({
    ...refusing(
      allow("connect", "shmat"),
      {
        ...allow("socket"),
        args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ" }],
      },
      {
        names: ["bind"],
        action: "SCMP_ACT_KILL_PROCESS",
        args: [{ index: 2, value: 16, op: "SCMP_CMP_GT" }],
      },
    ),
    architectures: ["SCMP_ARCH_X86"],
  });
  const socketcall = (first: bigint): number =>
    judge(102, [first, 1n], AUDIT_ARCH_I386);
  assert.equal(socketcall(3n), ALLOW);
  assert.equal(socketcall(1n), EPERM, "no telling which family");
  assert.equal(socketcall(2n), 0x80000000, "no telling how long");
  assert.equal(socketcall(4n), EPERM);
  assert.equal(judge(362, [], AUDIT_ARCH_I386), ALLOW);
  assert.equal(judge(359, [1n], AUDIT_ARCH_I386), ALLOW);
  assert.equal(judge(359, [2n], AUDIT_ARCH_I386), EPERM);
  const ipc = (first: bigint): number => judge(117, [first], AUDIT_ARCH_I386);
  assert.equal(ipc(21n), ALLOW);
  assert.equal(ipc(0x1_0015n), ALLOW, "a version above the call");
  assert.equal(ipc(22n), EPERM);
});

Deno.test("compileSeccomp() lets all of socketcall through if a rule says so", () => {
  const judge = answers({
    ...refusing(allow("socketcall"), {
      ...allow("socket"),
      args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ" }],
    }),
    architectures: ["SCMP_ARCH_X86"],
  });
  assert.equal(judge(102, [1n], AUDIT_ARCH_I386), ALLOW);
});

Deno.test("compileSeccomp() answers ENOSYS for newer calls if asked to", () => {
  const policy = refusing(allow("read", "statx"));
  assert.equal(answers(policy)(333), EPERM);
  const judge = answers(policy, { newerCalls: "ENOSYS" });
  assert.equal(judge(332), ALLOW);
  assert.equal(judge(331), EPERM);
  assert.equal(judge(333), ENOSYS);
  assert.equal(judge(100_000), ENOSYS);
});

for (
  const defaultAction of [
    "SCMP_ACT_ALLOW",
    "SCMP_ACT_LOG",
    "SCMP_ACT_TRACE",
  ] as const satisfies readonly SeccompAction[]
) {
  Deno.test(`compileSeccomp() answers no ENOSYS where ${defaultAction} is the default`, () => {
    const judge = answers({
      defaultAction,
      syscalls: [{ names: ["read"], action: "SCMP_ACT_ERRNO" }],
    }, { newerCalls: "ENOSYS" });
    assert.equal(judge(0), EPERM);
    assert.ok(judge(5000) >= 0x7ff00000);
  });
}

Deno.test("compileSeccomp() finds every call of a policy that alternates", () => {
  // No two neighbours agree, so there is a range for each number.
  const numbers = [...syscallNumbers("SCMP_ARCH_X86_64")];
  const of = (rest: number): string[] =>
    numbers.filter(([, number]) => number % 3 === rest).map(([name]) => name);
  const filter = loadFilter(compileSeccomp(
    {
      defaultAction: "SCMP_ACT_ERRNO",
      syscalls: [allow(...of(0)), { names: of(1), action: "SCMP_ACT_LOG" }],
    },
    "x86_64",
  ));
  for (const [name, nr] of numbers) {
    const { action, executed } = filter.judge({
      nr,
      arch: AUDIT_ARCH_X86_64,
      args: [],
    });
    assert.equal(action, [ALLOW, LOG, EPERM][nr % 3], name);
    // Binary search: twice what the logarithm of some 400 asks for, at most.
    assert.ok(executed <= 20, `${name} takes ${executed}`);
  }
});

Deno.test("compileSeccomp() refuses rules that contradict each other", () => {
  const args = [{ index: 0, value: 5, op: "SCMP_CMP_EQ" }] as const;
  assert.throws(
    () =>
      compileSeccomp(
        refusing(
          allow("read"),
          { ...allow("ioctl"), args },
          { names: ["ioctl"], action: "SCMP_ACT_LOG", args },
        ),
        "x86_64",
      ),
    (error) => {
      assert.ok(error instanceof SpecError);
      assert.equal(error.pointer, "/syscalls/2");
      assert.match(error.message, /rules of "ioctl" give/);
      return true;
    },
  );
});

Deno.test("compileSeccomp() refuses more instructions than the kernel takes", () => {
  const rule = (count: number): SeccompRule => ({
    ...allow("ioctl"),
    args: Array.from(
      { length: count },
      (_, index) => ({ index: 1, value: 3 * index, op: "SCMP_CMP_GT" }),
    ),
  });
  const program = compileSeccomp(refusing(rule(600)), "x86_64");
  assert.ok(program.length / 8 <= 4096);
  loadFilter(program);
  for (const count of [700, 20_000]) {
    assert.throws(
      () => compileSeccomp(refusing(rule(count)), "x86_64"),
      (error) => {
        assert.ok(error instanceof SpecError);
        assert.match(error.message, /needs \d+ instructions.*takes 4096/);
        return true;
      },
    );
  }
});

Deno.test("compileSeccomp() refuses actions that need a listener", () => {
  assert.throws(
    () =>
      compileSeccomp(
        { defaultAction: "SCMP_ACT_NOTIFY", syscalls: [] },
        "x86_64",
      ),
    SpecError,
  );
});
