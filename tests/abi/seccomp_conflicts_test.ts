/**
 * Rules of one call that disagree, judged as libseccomp judges them: random
 * ones, with a condition each, so that both have to choose an order.
 *
 * Left out is what libseccomp itself has no order for. Where it compares halves
 * of 64 bits, those of all but `EQ` and `MASKED_EQ` choose by the upper half
 * between other rules than by the lower one; and of rules with several
 * conditions it misses some that hold, or never comes to an end.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SpecError } from "../../lib/base/errors.ts";
import type {
  LinuxSeccomp,
  SeccompAction,
  SeccompArchitecture,
  SeccompOperator,
  SeccompRule,
} from "../../lib/oci/linux_seccomp.ts";
import { CALL_ARCHITECTURES } from "../../lib/runtime/security/seccomp/architecture.ts";
import { compileSeccomp } from "../../lib/runtime/security/seccomp/compile.ts";
import { syscallNumbers } from "../../lib/runtime/security/seccomp/syscall_numbers.ts";
import { loadFilter, type SystemCall } from "../support/bpf_simulator.ts";
import {
  type Libseccomp,
  missingLibseccomp,
  openLibseccomp,
} from "../support/libseccomp.ts";
import { Random } from "../support/random.ts";

const POLICIES = 150;
const CALLS_OF_EACH = 60;

const VALUES = [
  ...[0n, 1n, 2n, 5n, 9n, 0xffffffffn],
  ...[0x1_0000_0000n, 0x1_0000_0005n, 0xffff_ffff_ffff_ffffn],
];

/** What a policy is made of. */
interface Kind {
  readonly architectures: readonly SeccompArchitecture[];
  readonly operators: readonly SeccompOperator[];
}

const KINDS: readonly Kind[] = [
  {
    architectures: ["SCMP_ARCH_X86_64"],
    operators: ["SCMP_CMP_EQ", "SCMP_CMP_MASKED_EQ"],
  },
  {
    architectures: ["SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    operators: [
      "SCMP_CMP_NE",
      "SCMP_CMP_LT",
      "SCMP_CMP_LE",
      "SCMP_CMP_EQ",
      "SCMP_CMP_GE",
      "SCMP_CMP_GT",
      "SCMP_CMP_MASKED_EQ",
    ],
  },
];

const ACTIONS: readonly SeccompAction[] = [
  "SCMP_ACT_ALLOW",
  "SCMP_ACT_ERRNO",
  "SCMP_ACT_LOG",
  "SCMP_ACT_KILL_PROCESS",
];

function randomPolicy(random: Random, { operators }: Kind): LinuxSeccomp {
  const rule = (): SeccompRule => ({
    names: ["ioctl"],
    action: random.pick(ACTIONS),
    args: random.once(12) ? [] : [{
      index: random.below(2),
      op: random.pick(operators),
      value: random.pick(VALUES),
      valueTwo: random.pick(VALUES),
    }],
  });
  return {
    defaultAction: random.pick(["SCMP_ACT_ERRNO", "SCMP_ACT_ALLOW"]),
    architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
    syscalls: Array.from({ length: 2 + random.below(5) }, rule),
  };
}

function randomCall(random: Random, { architectures }: Kind): SystemCall {
  const argument = (): bigint =>
    BigInt.asUintN(64, random.pick(VALUES) + BigInt(random.below(3) - 1));
  const architecture = random.pick(architectures);
  return {
    nr: syscallNumbers(architecture).get("ioctl") ?? 0,
    arch: CALL_ARCHITECTURES[architecture].audit,
    args: [argument(), argument()],
  };
}

/** `undefined` if it refuses the policy for contradicting itself. */
function ours(policy: LinuxSeccomp): Uint8Array | undefined {
  try {
    return compileSeccomp(policy, "x86_64");
  } catch (error) {
    if (error instanceof SpecError) return undefined;
    throw error;
  }
}

async function theirs(
  library: Libseccomp,
  policy: LinuxSeccomp,
): Promise<Uint8Array | undefined> {
  try {
    return (await library.compile(policy)).program;
  } catch (error) {
    if (error instanceof Error && /rule/.test(error.message)) return undefined;
    throw error;
  }
}

const missing = Deno.build.arch === "x86_64"
  ? missingLibseccomp()
  : "an x86-64 host";
const claim = `${POLICIES} policies that disagree are as in libseccomp`;

Deno.test({
  name: missing === undefined ? claim : `${claim} (skipped: needs ${missing})`,
  ignore: missing !== undefined,
  fn: async () => {
    const random = new Random(25);
    using library = await openLibseccomp();
    let refused = 0;
    for (let index = 0; index < POLICIES; index++) {
      const kind = random.pick(KINDS);
      const policy = randomPolicy(random, kind);
      const programs = [ours(policy), await theirs(library, policy)];
      const [mine, other] = programs.map((program) =>
        program === undefined ? undefined : loadFilter(program)
      );
      const text = Deno.inspect(policy, { depth: 9 });
      assert.equal(mine === undefined, other === undefined, text);
      if (mine === undefined || other === undefined) {
        refused++;
        continue;
      }
      for (let made = 0; made < CALLS_OF_EACH; made++) {
        const call = randomCall(random, kind);
        assert.equal(
          mine.judge(call).action,
          other.judge(call).action,
          `${Deno.inspect(call)} by ${text}`,
        );
      }
    }
    assert.ok(refused > 0 && refused < POLICIES / 2, `${refused} refused`);
  },
});
