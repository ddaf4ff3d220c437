/**
 * System calls to judge by filters: numbers of every architecture, and arguments
 * about which seccomp profiles have conditions.
 *
 * @module
 */
import { CLONE } from "../../ffi/constants/sched.ts";
import type { SeccompArchitecture } from "../../lib/oci/linux_seccomp.ts";
import {
  CALL_ARCHITECTURES,
  X32_SYSCALL_BIT,
} from "../../lib/runtime/security/seccomp/architecture.ts";
import type { Random } from "./random.ts";

const MAX_NUMBER = 600;
/** Of 32-bit ARM alone. */
const ARM_PRIVATE = 0xf0000;

/** Numbers at which something may overflow. */
const EDGES = [
  ...[0x3fffffff, 0x7fffffff, 0x80000000, 0xbfffffff, 0xc0000000],
  ...[
    0xfffffffe,
    0xffffffff,
    X32_SYSCALL_BIT - 1,
    X32_SYSCALL_BIT + 0x3fffffff,
  ],
];

/** What the profile's conditions compare with, and what is next to it. */
const VALUES: readonly bigint[] = [
  ...Array.from({ length: 64 }, (_, value) => value),
  ...Object.values(CLONE),
  ...Object.values(CLONE).map((flag) => flag + 17),
  ...[0x7e020000, 0x20000, 0x20001, 0x20008, 0x40000, 0x400000, 0x7fffffff],
  ...[0xfffffffe, 0xffffffff, 0x80000000],
].flatMap((value) => [
  BigInt(value),
  // The kernel takes the low half of some of these.
  BigInt(value) | 1n << 32n,
  BigInt(value) | 0xffffffffn << 32n,
]);

/** Six of 0. */
export const ZEROS: readonly bigint[] = new Array<bigint>(6).fill(0n);
const ONES: readonly bigint[] = ZEROS.map(() => 0xffff_ffff_ffff_ffffn);

/** Six arguments, some alike and some not. */
function randomArguments(random: Random): bigint[] {
  return ZEROS.map(() => {
    const [high, low] = [random.below(2 ** 32), random.below(2 ** 32)];
    return random.below(2) === 0
      ? BigInt(low)
      : BigInt(high) << 32n | BigInt(low);
  });
}

/** Arguments to judge every call with. */
export function commonArguments(random: Random): (readonly bigint[])[] {
  return [
    ZEROS,
    ONES,
    [0x7e020000n, 0n, 0n, 0n, 0n, 0n],
    [0n, 0x7e020000n, 0n, 0n, 0n, 0n],
    [40n, 1n, 0n, 0n, 0n, 0n],
    ...Array.from({ length: 3 }, () => randomArguments(random)),
  ];
}

/** Arguments to judge calls with that a profile has conditions for. */
export function conditionalArguments(random: Random): (readonly bigint[])[] {
  return [
    ...VALUES.map((value) => [value, ...ZEROS.slice(1)]),
    ...VALUES.map((value) => [0n, value, ...ZEROS.slice(2)]),
    ...Array.from({ length: 50 }, () => randomArguments(random)),
  ];
}

/** Numbers to judge of one architecture. */
export function sampleNumbers(architecture: SeccompArchitecture): number[] {
  const { firstNumber } = CALL_ARCHITECTURES[architecture];
  const numbers = Array.from(
    { length: MAX_NUMBER },
    (_, nr) => firstNumber + nr,
  );
  if (architecture === "SCMP_ARCH_ARM") {
    numbers.push(...Array.from({ length: 16 }, (_, nr) => ARM_PRIVATE + nr));
  }
  // Those above belong to x32.
  const last = architecture === "SCMP_ARCH_X86_64"
    ? X32_SYSCALL_BIT - 1
    : 0xffffffff;
  return [
    ...numbers,
    ...EDGES.filter((nr) => nr >= firstNumber && nr <= last),
  ];
}
