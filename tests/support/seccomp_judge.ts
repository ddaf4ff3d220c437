/**
 * Judges system calls by a seccomp policy as one reads it, rule by rule and
 * with whole numbers, to compare compiled filters with.
 *
 * @module
 */
import type { Arch } from "../../ffi/arch/arch.ts";
import type {
  LinuxSeccomp,
  SeccompArchitecture,
  SeccompArgument,
  SeccompRule,
} from "../../lib/oci/linux_seccomp.ts";
import { syscallNumbers } from "../../lib/runtime/security/seccomp/syscall_numbers.ts";
import type { SystemCall } from "./bpf_simulator.ts";

const KILL_THREAD = 0;
const ENOSYS = 0x50026;
const X32_BIT = 0x40000000;
const ARM_PRIVATE = 0xf0000;
const [SOCKETCALL, IPC] = [102, 117];

const ARCHES: Readonly<
  Record<number, { readonly host: Arch; readonly name: SeccompArchitecture }>
> = {
  0xc000003e: { host: "x86_64", name: "SCMP_ARCH_X86_64" },
  0x40000003: { host: "x86_64", name: "SCMP_ARCH_X86" },
  0xc00000b7: { host: "aarch64", name: "SCMP_ARCH_AARCH64" },
  0x40000028: { host: "aarch64", name: "SCMP_ARCH_ARM" },
};

const WORDS: Readonly<Record<string, number>> = {
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_THREAD: 0,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x30000,
  SCMP_ACT_ERRNO: 0x50000,
  SCMP_ACT_TRACE: 0x7ff00000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_ALLOW: 0x7fff0000,
};

const NUMBERS: Readonly<
  Record<SeccompArchitecture, ReadonlyMap<string, number>>
> = {
  SCMP_ARCH_X86_64: syscallNumbers("SCMP_ARCH_X86_64"),
  SCMP_ARCH_X86: syscallNumbers("SCMP_ARCH_X86"),
  SCMP_ARCH_X32: syscallNumbers("SCMP_ARCH_X32"),
  SCMP_ARCH_AARCH64: syscallNumbers("SCMP_ARCH_AARCH64"),
  SCMP_ARCH_ARM: syscallNumbers("SCMP_ARCH_ARM"),
};

/** From the strictest to what allows most. */
const STRICTNESS = Object.values(WORDS).sort((a, b) => (a | 0) - (b | 0));

const SOCKET_CALLS = [
  ...["", "socket", "bind", "connect", "listen", "accept", "getsockname"],
  ...["getpeername", "socketpair", "send", "recv", "sendto", "recvfrom"],
  ...["shutdown", "setsockopt", "getsockopt", "sendmsg", "recvmsg", "accept4"],
  ...["recvmmsg", "sendmmsg"],
];
const IPC_CALLS = [
  ...["", "semop", "semget", "semctl", "semtimedop", "", "", "", "", "", ""],
  ...["msgsnd", "msgrcv", "msgget", "msgctl", "", "", "", "", "", ""],
  ...["shmat", "shmdt", "shmget", "shmctl"],
];

/** Under which conditions calls are judged. */
export interface JudgeOptions {
  readonly host: Arch;
  readonly newerCalls: "default" | "ENOSYS";
}

/**
 * The words that a filter may return for a call: one, unless rules that hold
 * disagree and none of them is without conditions.
 */
export function possibleWords(
  seccomp: LinuxSeccomp,
  call: SystemCall,
  { host, newerCalls }: JudgeOptions,
): ReadonlySet<number> {
  const otherwise = word(seccomp.defaultAction, seccomp.defaultErrnoRet);
  const arch = ARCHES[call.arch];
  if (arch === undefined || arch.host !== host) return new Set([KILL_THREAD]);
  let { name } = arch;
  const isListed = (one: SeccompArchitecture): boolean =>
    seccomp.architectures?.includes(one) ?? false;
  if (name === "SCMP_ARCH_X86_64" && call.nr >= X32_BIT) {
    if (isListed("SCMP_ARCH_X32")) name = "SCMP_ARCH_X32";
    else return new Set([call.nr === 0xffffffff ? otherwise : KILL_THREAD]);
  }
  const isNative = name === "SCMP_ARCH_X86_64" || name === "SCMP_ARCH_AARCH64";
  if (!isNative && name !== "SCMP_ARCH_X32" && !isListed(name)) {
    return new Set([KILL_THREAD]);
  }

  const numbers = NUMBERS[name];
  const width = isNative ? 64 : 32;
  const found = new Set<number>();
  for (const rule of seccomp.syscalls ?? []) {
    const own = word(rule.action, rule.errnoRet);
    const isDirect = rule.names.some((one) => numbers.get(one) === call.nr);
    for (const conditions of alternatives(rule)) {
      const tested = conditions.filter((one) => !isTautology(one, width));
      if (isDirect && own !== otherwise) {
        if (tested.length === 0) return new Set([own]);
        if (tested.every((one) => holds(one, call, width))) found.add(own);
      }
      if (name !== "SCMP_ARCH_X86" || !isThrough(rule, call)) continue;
      const sure = conditions.length === 0 ? own : stricter(own, otherwise);
      if (sure !== otherwise) found.add(sure);
    }
  }
  if (found.size > 0) return found;

  const named = (seccomp.syscalls ?? []).flatMap(({ names }) => names)
    .flatMap((one) => numbers.get(one) ?? [])
    .filter((number) => name !== "SCMP_ARCH_ARM" || number < ARM_PRIVATE);
  const newest = Math.max(-1, ...named);
  const isNewer = newest >= 0 && call.nr > newest &&
    (name !== "SCMP_ARCH_ARM" || call.nr < ARM_PRIVATE);
  const isRefusing = (otherwise | 0) < (WORDS["SCMP_ACT_TRACE"] ?? 0);
  return new Set([
    isNewer && isRefusing && newerCalls === "ENOSYS" ? ENOSYS : otherwise,
  ]);
}

function word(action: string, errnoRet = 1): number {
  const hasData = action === "SCMP_ACT_ERRNO" || action === "SCMP_ACT_TRACE";
  return (WORDS[action] ?? 0) + (hasData ? errnoRet : 0);
}

function stricter(a: number, b: number): number {
  const rank = (one: number): number =>
    STRICTNESS.indexOf(one - (one === 0x80000000 ? 0 : one & 0xffff));
  return rank(a) <= rank(b) ? a : b;
}

function alternatives({ args = [] }: SeccompRule): SeccompArgument[][] {
  const indices = args.map(({ index }) => index);
  return new Set(indices).size === indices.length
    ? [[...args]]
    : args.map((argument) => [argument]);
}

/** Whether a rule is about what socketcall or ipc are asked for. */
function isThrough({ names }: SeccompRule, { nr, args }: SystemCall): boolean {
  const first = BigInt.asUintN(32, args[0] ?? 0n);
  const meant = nr === SOCKETCALL
    ? SOCKET_CALLS[Number(first)]
    : nr === IPC
    ? IPC_CALLS[Number(first & 0xffffn)]
    : undefined;
  return meant !== undefined && meant !== "" && names.includes(meant);
}

function isTautology(argument: SeccompArgument, width: number): boolean {
  return argument.op === "SCMP_CMP_MASKED_EQ" &&
    BigInt.asUintN(width, BigInt(argument.value)) === 0n;
}

function holds(
  { index, op, value, valueTwo = 0 }: SeccompArgument,
  call: SystemCall,
  width: number,
): boolean {
  const [a, b, c] = [call.args[index] ?? 0n, value, valueTwo].map((number) =>
    BigInt.asUintN(width, BigInt(number))
  ) as [bigint, bigint, bigint];
  switch (op) {
    case "SCMP_CMP_NE":
      return a !== b;
    case "SCMP_CMP_LT":
      return a < b;
    case "SCMP_CMP_LE":
      return a <= b;
    case "SCMP_CMP_EQ":
      return a === b;
    case "SCMP_CMP_GE":
      return a >= b;
    case "SCMP_CMP_GT":
      return a > b;
    case "SCMP_CMP_MASKED_EQ":
      return (a & b) === (c & b);
  }
}
