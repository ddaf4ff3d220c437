/**
 * The kernel's BPF machine, as far as judging devices takes it.
 *
 * @module
 * @see Linux Documentation/bpf/standardization/instruction-set.rst
 */
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";
import type { DeviceRequest } from "./device_requests.ts";

const BYTES = 8;
const REGISTERS = 11;

interface Decoded {
  readonly opcode: number;
  readonly target: number;
  readonly source: number;
  readonly offset: number;
  readonly immediate: number;
}

/** What a register holds: nothing yet, a number, or where the context is. */
type Value = number | "context" | undefined;

/**
 * Runs a program of the kind `BPF_PROG_TYPE_CGROUP_DEVICE`.
 *
 * @returns Whether it allows what is asked.
 * @throws {Error} If it does what the verifier would not let it.
 */
export function runDeviceProgram(
  program: Uint8Array,
  request: DeviceRequest,
): boolean {
  const context = contextOf(request);
  const registers: Value[] = Array<Value>(REGISTERS).fill(undefined);
  registers[1] = "context";
  const number = (register: number): number => {
    const value = registers[register];
    if (typeof value === "number") return value;
    throw new Error(`R${register} holds ${value ?? "nothing"}`);
  };
  for (let at = 0;; at++) {
    const { opcode, target, source, offset, immediate } = decode(program, at);
    switch (opcode) {
      case 0x61: // dst = *(u32 *)(src + offset)
        if (registers[source] !== "context") throw new Error("no pointer");
        registers[target] = context.getUint32(offset, LITTLE_ENDIAN);
        break;
      case 0xbc: // w_dst = w_src
        registers[target] = number(source);
        break;
      case 0xb4: // w_dst = imm
        registers[target] = immediate;
        break;
      case 0x54: // w_dst &= imm
        registers[target] = (number(target) & immediate) >>> 0;
        break;
      case 0x74: // w_dst >>= imm
        registers[target] = number(target) >>> immediate;
        break;
      case 0x05: // goto
        at += offset;
        break;
      case 0x56: // if w_dst != imm goto
        if (number(target) !== immediate) at += offset;
        break;
      case 0x46: // if w_dst & imm goto
        if ((number(target) & immediate) !== 0) at += offset;
        break;
      case 0x95:
        return number(0) !== 0;
      default:
        throw new Error(`Instruction ${at}: opcode 0x${opcode.toString(16)}`);
    }
  }
}

/** Instructions that no path leads to; the verifier refuses those. */
export function unreachable(program: Uint8Array): number[] {
  const count = program.length / BYTES;
  const seen = new Set<number>();
  const ahead = [0];
  for (let at = ahead.pop(); at !== undefined; at = ahead.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const { opcode, offset } = decode(program, at);
    if (opcode === 0x95) continue;
    if (opcode !== 0x05) ahead.push(at + 1);
    if (opcode === 0x05 || opcode === 0x56 || opcode === 0x46) {
      ahead.push(at + 1 + offset);
    }
  }
  return [...Array(count).keys()].filter((at) => !seen.has(at));
}

function decode(program: Uint8Array, at: number): Decoded {
  const view = new DataView(program.buffer, program.byteOffset + at * BYTES, 8);
  const registers = view.getUint8(1);
  return {
    opcode: view.getUint8(0),
    target: registers & 0xf,
    source: registers >> 4,
    offset: view.getInt16(2, LITTLE_ENDIAN),
    immediate: view.getUint32(4, LITTLE_ENDIAN),
  };
}

/** `struct bpf_cgroup_dev_ctx` */
function contextOf({ type, major, minor, access }: DeviceRequest): DataView {
  const bits: Readonly<Record<string, number>> = { m: 1, r: 2, w: 4 };
  const asked = [...access].reduce((sum, one) => sum | (bits[one] ?? 0), 0);
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(0, asked << 16 | (type === "c" ? 2 : 1), LITTLE_ENDIAN);
  view.setUint32(4, major, LITTLE_ENDIAN);
  view.setUint32(8, minor, LITTLE_ENDIAN);
  return view;
}
