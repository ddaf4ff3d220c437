/**
 * Which devices may be used, on cgroup v2: it has no files for that, but asks a
 * BPF program, which is made here from the same state as cgroup v1's files.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "Device controller"
 */
import {
  BPF,
  BPF_ATTACH_FLAG,
  BPF_ATTACH_TYPE,
  BPF_DEVCG_ACC,
  BPF_DEVCG_DEV,
  BPF_PROG_TYPE,
  BPF_REG,
} from "../../../../ffi/constants/bpf.ts";
import { flags } from "../../../../ffi/constants/symbolic.ts";
import type { RecordArgument } from "../../../../ffi/record.ts";
import { SpecError } from "../../../base/errors.ts";
import type { DeviceAccess, DeviceException } from "../device_rules.ts";
import {
  andWith,
  copy,
  encodeInstructions,
  exit,
  type Instruction,
  INSTRUCTION_BYTES,
  jump,
  jumpIfAny,
  jumpUnless,
  load,
  set,
  shiftRight,
} from "./instructions.ts";

/** What every kernel takes, and no list of devices comes near. */
const MAX_INSTRUCTIONS = 4096;
/** Only helpers that are reserved for the GPL would need another. */
const LICENSE = "MIT";
const WORD_BYTES = 8;

/** What the registers hold. */
const { BPF_REG_0: RESULT, BPF_REG_1: CONTEXT } = BPF_REG;
const { BPF_REG_2: TYPE, BPF_REG_3: ACCESS } = BPF_REG;
const { BPF_REG_4: MAJOR, BPF_REG_5: MINOR } = BPF_REG;

/** Both halves of `access_type` have 16 bits. */
const HALF = 0xffff;
const HALF_BITS = 16;

const TYPES = {
  c: BPF_DEVCG_DEV.BPF_DEVCG_DEV_CHAR,
  b: BPF_DEVCG_DEV.BPF_DEVCG_DEV_BLOCK,
} as const;

const ACCESS_BITS: Readonly<Record<string, number>> = {
  r: BPF_DEVCG_ACC.BPF_DEVCG_ACC_READ,
  w: BPF_DEVCG_ACC.BPF_DEVCG_ACC_WRITE,
  m: BPF_DEVCG_ACC.BPF_DEVCG_ACC_MKNOD,
};

/**
 * The program the kernel asks before a process of the cgroup opens or makes a
 * device. It returns 1 to allow and 0 to refuse with EPERM.
 *
 * It compares what is asked with one exception after the other, those for the
 * other type of device apart; there is no loop. All programs from the cgroup to
 * the root have to allow.
 *
 * @param access What {@linkcode foldDeviceRules} found.
 * @returns An array of `struct bpf_insn` for `BPF_PROG_TYPE_CGROUP_DEVICE`.
 * @throws {SpecError} If there are more exceptions than fit, hundreds.
 * @see Linux include/uapi/linux/bpf.h, `struct bpf_cgroup_dev_ctx`
 */
export function deviceProgram(access: DeviceAccess): Uint8Array<ArrayBuffer> {
  const end = decide(access.default);
  const ofType = (type: DeviceException["type"]): Instruction[] => [
    ...access.exceptions.filter((one) => one.type === type)
      .flatMap((one) => except(one, access.default)),
    ...end,
  ];
  const characters = ofType("c");
  const blocks = ofType("b");
  const program = [
    load(TYPE, CONTEXT, 0),
    copy(ACCESS, TYPE),
    shiftRight(ACCESS, HALF_BITS),
    andWith(TYPE, HALF),
    load(MAJOR, CONTEXT, 4),
    load(MINOR, CONTEXT, 8),
    jumpUnless(TYPE, TYPES.c, characters.length),
    ...characters,
    jumpUnless(TYPE, TYPES.b, blocks.length),
    ...blocks,
    ...end,
  ];
  assertFits(program);
  return encodeInstructions(program);
}

function assertFits({ length }: readonly Instruction[]): void {
  if (length <= MAX_INSTRUCTIONS) return;
  throw new SpecError(
    "/linux/resources/devices",
    `Cannot enforce the rules of devices: they make a program of ${length} instructions, more than ${MAX_INSTRUCTIONS}`,
    { advice: "use fewer rules with wider patterns" },
  );
}

/**
 * Arguments of bpf(2) that load a program; it returns a descriptor of it. Needs
 * CAP_BPF or CAP_SYS_ADMIN of the host.
 *
 * @param program What {@linkcode deviceProgram} made.
 */
export function loadProgramArguments(program: Uint8Array): RecordArgument[] {
  const count = program.length / INSTRUCTION_BYTES;
  const attributes: RecordArgument[] = [
    {
      pair: [flags(BPF_PROG_TYPE, "BPF_PROG_TYPE_CGROUP_DEVICE"), count],
    },
    { bytes: program, text: `${count} instructions` },
    LICENSE,
  ];
  return [
    flags(BPF, "BPF_PROG_LOAD"),
    { words: attributes },
    attributes.length * WORD_BYTES,
  ];
}

/** Names of the results that {@linkcode attachProgramArguments} ties. */
export interface ProgramPlace {
  /** Descriptor of a cgroup v2 directory. */
  readonly cgroup: string;
  /** Descriptor of a loaded program. */
  readonly program: string;
}

/**
 * Arguments of bpf(2) that attach a loaded program to a cgroup, which keeps it
 * until it is removed. Cgroups below, of an init system in the container, may
 * attach their own; they can only refuse more.
 *
 * @param place Where earlier steps left the two descriptors.
 */
export function attachProgramArguments(place: ProgramPlace): RecordArgument[] {
  const attributes: RecordArgument[] = [
    { pair: [{ result: place.cgroup }, { result: place.program }] },
    {
      pair: [
        flags(BPF_ATTACH_TYPE, "BPF_CGROUP_DEVICE"),
        flags(BPF_ATTACH_FLAG, "BPF_F_ALLOW_MULTI"),
      ],
    },
  ];
  return [
    flags(BPF, "BPF_PROG_ATTACH"),
    { words: attributes },
    attributes.length * WORD_BYTES,
  ];
}

/** Decides against the default if the exception applies, else goes on. */
function except(
  { major, minor, access }: DeviceException,
  verdict: DeviceAccess["default"],
): Instruction[] {
  const bits = [...access].reduce(
    (sum, letter) => sum | (ACCESS_BITS[letter] ?? 0),
    0,
  );
  const body = verdict === "deny"
    // Allowed if nothing else is asked for.
    ? [jumpIfAny(ACCESS, HALF & ~bits, 2), ...decide("allow")]
    // Denied if any of it is asked for.
    : [jumpIfAny(ACCESS, bits, 1), jump(2), ...decide("deny")];
  const ofMinor = minor === "*"
    ? body
    : [jumpUnless(MINOR, minor, body.length), ...body];
  return major === "*"
    ? ofMinor
    : [jumpUnless(MAJOR, major, ofMinor.length), ...ofMinor];
}

function decide(verdict: DeviceAccess["default"]): Instruction[] {
  return [set(RESULT, verdict === "allow" ? 1 : 0), exit()];
}
