/**
 * Many random profiles: each is refused with a reason or becomes a filter that
 * the kernel takes and that decides as the profile reads.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SpecError } from "../../../../../lib/base/errors.ts";
import type {
  LinuxSeccomp,
  SeccompArchitecture,
} from "../../../../../lib/oci/linux_seccomp.ts";
import { compileSeccomp } from "../../../../../lib/runtime/security/seccomp/compile.ts";
import { parseSeccompProfile } from "../../../../../lib/runtime/security/seccomp/parse_profile.ts";
import {
  resolveProfile,
  type SeccompContext,
} from "../../../../../lib/runtime/security/seccomp/resolve.ts";
import { syscallNumbers } from "../../../../../lib/runtime/security/seccomp/syscall_numbers.ts";
import {
  loadFilter,
  type SystemCall,
} from "../../../../support/bpf_simulator.ts";
import { Random } from "../../../../support/random.ts";
import {
  ARGUMENT_VALUES,
  CALL_NAMES,
  randomProfileText,
} from "../../../../support/seccomp_generator.ts";
import {
  type JudgeOptions,
  possibleWords,
} from "../../../../support/seccomp_judge.ts";

const PROFILES = 10_000;
const CALLS_OF_EACH = 8;
const SEED = 20240229;

const AUDIT: Readonly<Record<SeccompArchitecture, number>> = {
  SCMP_ARCH_X86_64: 0xc000003e,
  SCMP_ARCH_X86: 0x40000003,
  SCMP_ARCH_X32: 0xc000003e,
  SCMP_ARCH_AARCH64: 0xc00000b7,
  SCMP_ARCH_ARM: 0x40000028,
};
const ARCHITECTURES = Object.keys(AUDIT) as SeccompArchitecture[];
const NUMBERS = new Map(
  ARCHITECTURES.map((name) => [name, syscallNumbers(name)]),
);

const CONTEXTS: readonly SeccompContext[] = [
  {
    capabilities: new Set(["CAP_KILL"]),
    architecture: "x86_64",
    kernel: { major: 6, minor: 18 },
  },
  {
    capabilities: new Set(["CAP_SYS_ADMIN"]),
    architecture: "aarch64",
    kernel: { major: 5, minor: 4 },
  },
];

function randomCall(random: Random): SystemCall {
  const architecture = random.pick(ARCHITECTURES);
  const numbers = NUMBERS.get(architecture);
  const near = numbers?.get(random.pick(CALL_NAMES)) ?? 0;
  const nr = random.once(6)
    ? random.pick([0xffffffff, 0x40000000, 470, 9999, 0xf0001])
    : near + (random.once(6) ? 1 : 0);
  const args = Array.from({ length: 6 }, () => {
    const value = random.pick(ARGUMENT_VALUES) + BigInt(random.below(3) - 1);
    return BigInt.asUintN(64, random.once(8) ? value & 31n : value);
  });
  return { nr, arch: AUDIT[architecture], args };
}

/** A profile's policy and filter, or why there is none. */
function compile(
  text: string,
  context: SeccompContext,
  { newerCalls }: JudgeOptions,
): { seccomp: LinuxSeccomp; program: Uint8Array } | SpecError {
  try {
    const seccomp = resolveProfile(parseSeccompProfile(text), context);
    const options = { newerCalls };
    const host = context.architecture;
    return { seccomp, program: compileSeccomp(seccomp, host, options) };
  } catch (error) {
    if (error instanceof SpecError) return error;
    throw new Error(`A profile crashed the compiler: ${text}`, {
      cause: error,
    });
  }
}

Deno.test(`${PROFILES} random profiles are refused, or decide as they read`, () => {
  const random = new Random(SEED);
  const counts = { compiled: 0, malformed: 0, contradictory: 0 };
  for (let index = 0; index < PROFILES; index++) {
    const text = randomProfileText(random);
    const context = random.pick(CONTEXTS);
    const options: JudgeOptions = {
      host: context.architecture,
      newerCalls: random.pick(["default", "ENOSYS"]),
    };
    const result = compile(text, context, options);
    if (result instanceof SpecError) {
      assert.match(
        result.message,
        /^Cannot (?:use|compile) the seccomp profile: /,
      );
      assert.ok(!result.message.includes("\n"), result.message);
      assert.ok(result.message.length < 300, result.message);
      counts[
        result.message.includes("different actions")
          ? "contradictory"
          : "malformed"
      ]++;
      continue;
    }
    counts.compiled++;
    const filter = loadFilter(result.program);
    for (let made = 0; made < CALLS_OF_EACH; made++) {
      const call = randomCall(random);
      const words = possibleWords(result.seccomp, call, options);
      const { action } = filter.judge(call);
      if (words.has(action)) continue;
      const found = `0x${action.toString(16)}, not ${[...words]}`;
      assert.fail(`${Deno.inspect(call)} is ${found} by ${text}`);
    }
  }
  // Each kind has to be there for the test to be worth anything.
  assert.ok(counts.compiled > PROFILES / 2, Deno.inspect(counts));
  assert.ok(counts.malformed > PROFILES / 10, Deno.inspect(counts));
  assert.ok(counts.contradictory > 0, Deno.inspect(counts));
});
