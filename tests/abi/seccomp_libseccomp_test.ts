/**
 * Compares filters that our compiler makes with those of libseccomp, by what
 * they decide: for every number of every architecture, with many arguments.
 *
 * @module
 */
import assert from "node:assert/strict";
import { CAPABILITY } from "../../ffi/constants/capability.ts";
import { ERRNO } from "../../ffi/constants/errno.ts";
import type { Arch } from "../../ffi/arch/arch.ts";
import { DEFAULT_CAPABILITIES } from "../../lib/engine/capabilities.ts";
import type {
  LinuxSeccomp,
  SeccompArchitecture,
} from "../../lib/oci/linux_seccomp.ts";
import { CALL_ARCHITECTURES } from "../../lib/runtime/security/seccomp/architecture.ts";
import { compileProfile } from "../../lib/runtime/security/seccomp/compile_profile.ts";
import { DEFAULT_PROFILE } from "../../lib/runtime/security/seccomp/default_profile.ts";
import type { SeccompProfile } from "../../lib/runtime/security/seccomp/profile.ts";
import {
  resolveProfile,
  type SeccompContext,
} from "../../lib/runtime/security/seccomp/resolve.ts";
import { syscallNumbers } from "../../lib/runtime/security/seccomp/syscall_numbers.ts";
import {
  type LoadedFilter,
  loadFilter,
  type SystemCall,
} from "../support/bpf_simulator.ts";
import {
  type LibseccompFilter,
  missingLibseccomp,
  openLibseccomp,
  returnValue,
} from "../support/libseccomp.ts";
import { Random } from "../support/random.ts";
import {
  commonArguments,
  conditionalArguments,
  sampleNumbers,
  ZEROS,
} from "../support/sample_calls.ts";

/** Calls that libseccomp may be too old to know; each is allowed or not named. */
const NEWER = [
  ...["set_mempolicy_home_node", "cachestat", "map_shadow_stack", "fchmodat2"],
  ...["futex_wake", "futex_wait", "futex_requeue", "statmount", "listmount"],
  ...["lsm_get_self_attr", "lsm_set_self_attr", "lsm_list_modules", "mseal"],
  ...["setxattrat", "getxattrat", "listxattrat", "removexattrat", "uretprobe"],
  // It knows the number by ARM's name for it, arm_sync_file_range.
  "sync_file_range2",
];

/** Calls whose arguments the profile looks at. */
const CONDITIONAL = ["clone", "clone3", "personality", "socket"];

/** Made on x86 through others as well, and numbered by the library so. */
const MULTIPLEXED =
  /^(?:socket(?:pair)?|bind|connect|listen|accept4?|shutdown|(?:get|set)sockopt|get(?:sock|peer)name|(?:send|recv)(?:to|from|m?msg)?|(?:sem|msg|shm)\w+)$/;

/** Big-endian ARM, PowerPC, none, and one with all bits. */
const STRANGE_ARCHITECTURES = [0x28, 0xc0000015, 0, 0xffffffff];

const CAPABILITY_SETS: Readonly<Record<string, readonly string[]>> = {
  "no capabilities": [],
  "the default capabilities": DEFAULT_CAPABILITIES,
  "CAP_SYS_ADMIN": [...DEFAULT_CAPABILITIES, "CAP_SYS_ADMIN"],
  "CAP_SYS_PTRACE": [...DEFAULT_CAPABILITIES, "CAP_SYS_PTRACE"],
  "all capabilities": Object.keys(CAPABILITY),
};

/** What libseccomp cannot say of one architecture. */
interface Difference {
  /** Numbers of calls in the rules that it does not know. */
  readonly newer: ReadonlySet<number>;
  /** The highest number in the rules; those above do not exist, as in runc. */
  readonly highest: number;
}

function differenceOf(
  architecture: SeccompArchitecture,
  policy: LinuxSeccomp,
  { numbers }: LibseccompFilter,
): Difference {
  const ours = syscallNumbers(architecture);
  const { endNumber } = CALL_ARCHITECTURES[architecture];
  const newer = new Set<number>();
  let highest = 0;
  for (const name of (policy.syscalls ?? []).flatMap(({ names }) => names)) {
    const number = ours.get(name);
    if (number === undefined) continue;
    if (number < endNumber) highest = Math.max(highest, number);
    const isMultiplexed = architecture === "SCMP_ARCH_X86" &&
      MULTIPLEXED.test(name);
    if (numbers[architecture].get(name) === number || isMultiplexed) continue;
    assert.ok(NEWER.includes(name), `libseccomp does not know ${name}`);
    newer.add(number);
  }
  return { newer, highest };
}

/** A filter of ours, and the library's for the same policy. */
interface Comparison {
  readonly policy: LinuxSeccomp;
  readonly ours: LoadedFilter;
  readonly library: LibseccompFilter;
}

/** Judges every number of every architecture; fails at the first difference. */
function compare({ policy, ours, library }: Comparison): void {
  const theirs = loadFilter(library.program);
  const random = new Random(ours.length);
  const common = commonArguments(random);
  const all = [...common, ...conditionalArguments(random)];
  for (const architecture of policy.architectures ?? []) {
    const { audit, endNumber } = CALL_ARCHITECTURES[architecture];
    const { newer, highest } = differenceOf(architecture, policy, library);
    const numbers = syscallNumbers(architecture);
    const conditional = new Set(CONDITIONAL.map((name) => numbers.get(name)));
    for (const nr of sampleNumbers(architecture)) {
      for (const args of conditional.has(nr) ? all : common) {
        const call: SystemCall = { nr, arch: audit, args };
        const { action } = ours.judge(call);
        const expected = newer.has(nr)
          ? returnValue("SCMP_ACT_ALLOW")
          : nr > highest && nr < endNumber
          ? returnValue("SCMP_ACT_ERRNO", ERRNO.ENOSYS)
          : theirs.judge(call).action;
        if (action === expected) continue;
        assert.equal(hex(action), hex(expected), render(architecture, call));
      }
    }
  }
  for (const arch of STRANGE_ARCHITECTURES) {
    const call: SystemCall = { nr: 0, arch, args: ZEROS };
    assert.equal(ours.judge(call).action, theirs.judge(call).action);
  }
}

function render(
  architecture: SeccompArchitecture,
  { nr, args }: SystemCall,
): string {
  const number = nr - CALL_ARCHITECTURES[architecture].firstNumber;
  return `${architecture} ${number} (${
    args.map((value) => `0x${value.toString(16)}`).join(", ")
  })`;
}

function hex(action: number): string {
  return `0x${action.toString(16).padStart(8, "0")}`;
}

function contextOf(
  architecture: Arch,
  capabilities: readonly string[],
): SeccompContext {
  return {
    capabilities: new Set(capabilities),
    architecture,
    kernel: { major: 6, minor: 18 },
  };
}

async function compareProfile(
  profile: SeccompProfile,
  { context, library: of = profile }: {
    readonly context: SeccompContext;
    /** The library's profile, where it is to be another. */
    readonly library?: SeccompProfile;
  },
): Promise<void> {
  using libseccomp = await openLibseccomp();
  const policy = resolveProfile(of, context);
  const library = await libseccomp.compile(policy);
  const ours = loadFilter(compileProfile(profile, context).program);
  compare({ policy, ours, library });
}

const missing = missingLibseccomp();

function libseccompTest(claim: string, body: () => Promise<void>): void {
  Deno.test({
    name: missing === undefined
      ? claim
      : `${claim} (skipped: needs ${missing})`,
    ignore: missing !== undefined,
    fn: body,
  });
}

for (const host of ["x86_64", "aarch64"] as const) {
  for (const [title, capabilities] of Object.entries(CAPABILITY_SETS)) {
    libseccompTest(
      `DEFAULT_PROFILE on ${host} with ${title} decides as in libseccomp`,
      () =>
        compareProfile(DEFAULT_PROFILE, {
          context: contextOf(host, capabilities),
        }),
    );
  }
}

libseccompTest("the comparison finds one call allowed too many", async () => {
  const context = contextOf("x86_64", DEFAULT_CAPABILITIES);
  for (
    const [name, found] of [
      ["keyctl", "SCMP_ARCH_X86_64 250"],
      ["personality", "SCMP_ARCH_X86_64 135"],
      ["stime", "SCMP_ARCH_X86 25"],
    ] as const
  ) {
    const wider: SeccompProfile = {
      ...DEFAULT_PROFILE,
      syscalls: [...DEFAULT_PROFILE.syscalls, {
        names: [name],
        action: "SCMP_ACT_ALLOW",
      }],
    };
    await assert.rejects(
      compareProfile(wider, { context, library: DEFAULT_PROFILE }),
      new RegExp(`${found} `),
    );
  }
});
