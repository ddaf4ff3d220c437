/**
 * Random seccomp profiles as JSON: right ones, ones with a mistake, and text
 * that is no profile at all.
 *
 * @module
 */
import type { Random } from "./random.ts";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const ACTIONS = [
  ...["SCMP_ACT_KILL", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS"],
  ...["SCMP_ACT_TRAP", "SCMP_ACT_ERRNO", "SCMP_ACT_ERRNO", "SCMP_ACT_TRACE"],
  ...["SCMP_ACT_LOG", "SCMP_ACT_ALLOW", "SCMP_ACT_ALLOW"],
];
const ARCHITECTURES = [
  ...["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"],
  ...["SCMP_ARCH_AARCH64", "SCMP_ARCH_ARM", "SCMP_ARCH_S390X"],
];
const OPERATORS = ["NE", "LT", "LE", "EQ", "GE", "GT", "MASKED_EQ"]
  .map((name) => `SCMP_CMP_${name}`);
const FLAGS = ["TSYNC", "LOG", "SPEC_ALLOW", "WAIT_KILLABLE_RECV"]
  .map((name) => `SECCOMP_FILTER_FLAG_${name}`);
const CAPABILITIES = ["CAP_SYS_ADMIN", "CAP_KILL", "CAP_BPF"];
const ARCHES = ["amd64", "arm64", "x86", "s390x"];
const KERNELS = ["4.8", "5.11", "6.18", "7.0", ""];

/** Calls of all kinds: of one architecture, multiplexed, far away, unknown. */
export const CALL_NAMES = [
  ...["read", "write", "open", "openat", "ioctl", "clone", "clone3", "mount"],
  ...["personality", "mmap2", "file_setattr", "socket", "connect", "send"],
  ...["socketcall", "ipc", "semop", "shmat", "set_tls", "arm_sync_file_range"],
  ...["execve", "rt_sigaction", "nonsense", "toString"],
];

/** Numbers of all sizes; JSON holds those beyond 2^53 as digits. */
export const ARGUMENT_VALUES: readonly bigint[] = [
  ...[0n, 1n, 2n, 5n, 0x7e020000n, 0x7fffffffn, 0x80000000n, 0xffffffffn],
  ...[0x100000000n, 0x100000005n, 0x20_0000_0000_0001n, 0xffff_ffff_0000_0000n],
  0xffff_ffff_ffff_ffffn,
];

/** Digits travel as strings with this before them. */
const DIGITS = "#";

/** The text of a random profile. */
export function randomProfileText(random: Random): string {
  const kind = random.below(10);
  const profile = randomProfile(random);
  if (kind < 6) return textOf(profile);
  if (kind < 8) return textOf(withMistake(random, profile));
  const text = textOf(profile);
  const at = random.below(text.length);
  const rest = text.slice(at + random.below(8));
  return text.slice(0, at) + random.pick(["", "}", "]", '"', ",0", "\n"]) +
    rest;
}

function textOf(json: Json): string {
  return JSON.stringify(json).replaceAll(
    new RegExp(`"${DIGITS}(\\d+)"`, "g"),
    "$1",
  );
}

function some<T>(random: Random, most: number, make: () => T): T[] {
  return Array.from({ length: random.below(most + 1) }, make);
}

/** Members that are there now and then. */
function maybe(
  random: Random,
  members: Readonly<Record<string, () => Json>>,
): { [key: string]: Json } {
  return Object.fromEntries(
    Object.entries(members).filter(() => random.once(3))
      .map(([name, make]) => [name, random.once(9) ? null : make()]),
  );
}

function randomProfile(random: Random): Json {
  // Many rules disagree only now and then, as contradictions are refused.
  const actions = random.once(2)
    ? ACTIONS
    : [random.pick(ACTIONS), random.pick(ACTIONS)];
  const architectures = (): Json =>
    some(random, 3, () => random.pick(ARCHITECTURES));
  const families = (): Json =>
    some(random, 3, () => ({
      architecture: random.pick(ARCHITECTURES),
      subArchitectures: architectures(),
    }));
  return {
    defaultAction: random.pick(actions),
    ...random.once(2)
      ? { architectures: architectures() }
      : { archMap: families() },
    syscalls: some(random, 8, () => randomRule(random, actions)),
    ...maybe(random, {
      defaultErrnoRet: () => random.below(4096),
      flags: () => some(random, 2, () => random.pick(FLAGS)),
      listenerPath: () => "/run/listener",
    }),
  };
}

function randomRule(random: Random, actions: readonly string[]): Json {
  const names = [
    random.pick(CALL_NAMES),
    ...some(random, 2, () => random.pick(CALL_NAMES)),
  ];
  const [name] = names;
  return {
    ...random.once(4) && name !== undefined ? { name } : { names },
    action: random.pick(actions),
    ...maybe(random, {
      errnoRet: () => random.below(4096),
      args: () => some(random, 3, () => randomArgument(random)),
      comment: () => random.pick(["", "why"]),
      includes: () => randomCondition(random),
      excludes: () => randomCondition(random),
    }),
    ...random.once(2)
      ? { args: some(random, 3, () => randomArgument(random)) }
      : {},
  };
}

function randomArgument(random: Random): Json {
  const value = (): Json => `${DIGITS}${random.pick(ARGUMENT_VALUES)}`;
  return {
    index: random.below(random.once(2) ? 2 : 6),
    value: value(),
    op: random.pick(OPERATORS),
    ...random.once(2) ? { valueTwo: value() } : {},
  };
}

function randomCondition(random: Random): Json {
  return maybe(random, {
    caps: () => some(random, 2, () => random.pick(CAPABILITIES)),
    arches: () => some(random, 2, () => random.pick(ARCHES)),
    minKernel: () => random.pick(KERNELS),
  });
}

/** What is right nowhere, or only somewhere else. */
function mistake(random: Random): Json {
  return random.pick<Json>([
    ...[
      null,
      true,
      -1,
      0,
      1.5,
      1e300,
      4096,
      "",
      "x",
      "SCMP_ACT_NOTIFY",
      [],
      {},
    ],
    ...[[[]], [null], { names: 1 }, "SCMP_ARCH_ALL", "\u0000", `${DIGITS}9`],
    `${DIGITS}18446744073709551616`,
  ]);
}

/** The value with one of its parts, at any depth, replaced or left out. */
function withMistake(random: Random, json: Json): Json {
  if (typeof json !== "object" || json === null || random.once(8)) {
    return mistake(random);
  }
  const keys = Object.keys(json);
  if (keys.length === 0) return mistake(random);
  const key = random.pick(keys);
  if (Array.isArray(json)) {
    return json.map((element, index) =>
      `${index}` === key ? withMistake(random, element) : element
    );
  }
  const { [key]: changed, ...others } = json;
  return random.once(8)
    ? others
    : { ...others, [key]: withMistake(random, changed ?? null) };
}
