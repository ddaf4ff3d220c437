/**
 * An assembler of classic BPF, as far as seccomp filters need it. Jumps go
 * forwards to labels; one that is too far for eight bits is led on by another.
 *
 * @module
 * @see Linux Documentation/networking/filter.rst
 */
import { LITTLE_ENDIAN } from "../../../../ffi/endian.ts";
import { SOCK_FILTER } from "../../../../ffi/structs.ts";

/** The instructions in use, by what `linux/filter.h` composes their codes of. */
export const BPF = {
  /** `BPF_LD|BPF_W|BPF_ABS`: A becomes the word at offset `k`. */
  LOAD: 0x20,
  /** `BPF_ALU|BPF_AND|BPF_K`. */
  AND: 0x54,
  /** `BPF_JMP|BPF_JA`: `k` instructions are skipped. */
  JUMP: 0x05,
  /** `BPF_JMP|BPF_JEQ|BPF_K`. */
  JUMP_EQUAL: 0x15,
  /** `BPF_JMP|BPF_JGT|BPF_K`. */
  JUMP_GREATER: 0x25,
  /** `BPF_JMP|BPF_JGE|BPF_K`. */
  JUMP_GREATER_EQUAL: 0x35,
  /** `BPF_RET|BPF_K`. */
  RETURN: 0x06,
} as const;

/** Instructions the kernel accepts in one program: `BPF_MAXINSNS`. */
export const MAX_INSTRUCTIONS = 4096;

/** The farthest that a condition can jump. */
const MAX_SKIP = 255;

/** A place in a program, known once it is placed. */
export class Label {}

/** Where a condition leads; nowhere is the instruction behind it. */
export interface Targets {
  readonly yes?: Label;
  readonly no?: Label;
}

/** How a condition compares A with `k`, without sign. */
export type Comparison =
  | "JUMP_EQUAL"
  | "JUMP_GREATER"
  | "JUMP_GREATER_EQUAL";

interface Instruction extends Targets {
  readonly code: number;
  readonly k: number;
  readonly isCondition: boolean;
}

/** The jumps that one condition needs behind it, for targets too far away. */
interface Bridges {
  yes: boolean;
  no: boolean;
}

/** Where an instruction stands among the others. */
interface Placement {
  readonly bridge: Bridges;
  readonly address: number;
  readonly addresses: readonly number[];
}

/** Collects instructions and encodes them. */
export class Assembler {
  readonly #instructions: Instruction[] = [];
  readonly #labels = new Map<Label, number>();

  /** Instructions so far; encoding may add jumps. */
  get length(): number {
    return this.#instructions.length;
  }

  /** Loads the word at an offset of `struct seccomp_data` into A. */
  load(offset: number): void {
    this.#emit(BPF.LOAD, offset);
  }

  /** Clears the bits of A that are not in the mask. */
  and(mask: number): void {
    this.#emit(BPF.AND, mask);
  }

  /** Compares A with `k`. */
  branch(comparison: Comparison, k: number, targets: Targets): void {
    this.#instructions.push({
      ...targets,
      code: BPF[comparison],
      k,
      isCondition: true,
    });
  }

  /** Ends the program with a verdict. */
  return(verdict: number): void {
    this.#emit(BPF.RETURN, verdict);
  }

  /**
   * Gives a label to the next instruction.
   *
   * @throws {TypeError} If it has its place already.
   */
  place(label: Label): void {
    if (this.#labels.has(label)) throw new TypeError("A label has two places");
    this.#labels.set(label, this.#instructions.length);
  }

  /**
   * Encodes the program as an array of `struct sock_filter`.
   *
   * @throws {TypeError} If a label has no place, or is jumped back to.
   */
  assemble(): Uint8Array<ArrayBuffer> {
    const bridges = this.#instructions.map((): Bridges => ({
      yes: false,
      no: false,
    }));
    // A bridge moves what follows, which may need another: until none does.
    let addresses = this.#addresses(bridges);
    while (this.#addBridges(bridges, addresses)) {
      addresses = this.#addresses(bridges);
    }
    const length = addresses.at(-1) ?? 0;
    const bytes = new Uint8Array(length * SOCK_FILTER.size);
    const view = new DataView(bytes.buffer);
    this.#instructions.forEach((instruction, index) =>
      this.#encode(view, instruction, {
        bridge: bridges[index] ?? { yes: false, no: false },
        address: addresses[index] ?? 0,
        addresses,
      })
    );
    return bytes;
  }

  #emit(code: number, k: number): void {
    this.#instructions.push({ code, k, isCondition: false });
  }

  /** Where each instruction is, and where the program ends. */
  #addresses(bridges: readonly Bridges[]): readonly number[] {
    const addresses = [0];
    let address = 0;
    for (const { yes, no } of bridges) {
      address += 1 + Number(yes) + Number(no);
      addresses.push(address);
    }
    return addresses;
  }

  /** @returns Whether one was missing. */
  #addBridges(bridges: Bridges[], addresses: readonly number[]): boolean {
    let isChanged = false;
    this.#instructions.forEach(({ yes, no, isCondition }, index) => {
      const bridge = bridges[index];
      if (!isCondition || bridge === undefined) return;
      const next = (addresses[index] ?? 0) + 1;
      for (const [side, label] of [["yes", yes], ["no", no]] as const) {
        if (label === undefined || bridge[side]) continue;
        if (this.#addressOf(label, addresses) - next <= MAX_SKIP) continue;
        bridge[side] = true;
        isChanged = true;
      }
    });
    return isChanged;
  }

  #encode(
    view: DataView,
    { code, k, yes, no, isCondition }: Instruction,
    { bridge, address, addresses }: Placement,
  ): void {
    if (!isCondition) {
      put(view, address, { code, k });
      return;
    }
    const next = address + 1;
    const behind = next + Number(bridge.yes) + Number(bridge.no);
    const target = (label: Label | undefined): number =>
      label === undefined ? behind : this.#addressOf(label, addresses);
    put(view, address, {
      code,
      jt: bridge.yes ? 0 : target(yes) - next,
      jf: bridge.no ? Number(bridge.yes) : target(no) - next,
      k,
    });
    const jumps = [
      ...bridge.yes ? [target(yes)] : [],
      ...bridge.no ? [target(no)] : [],
    ];
    for (const [place, to] of jumps.entries()) {
      const at = next + place;
      put(view, at, { code: BPF.JUMP, k: to - at - 1 });
    }
  }

  #addressOf(label: Label, addresses: readonly number[]): number {
    const place = this.#labels.get(label);
    const address = place === undefined ? undefined : addresses[place];
    if (address === undefined) throw new TypeError("A label has no place");
    return address;
  }
}

/** Writes a `struct sock_filter` without the detour of encoding it alone. */
function put(
  view: DataView,
  address: number,
  { code, jt = 0, jf = 0, k }: {
    readonly code: number;
    readonly jt?: number;
    readonly jf?: number;
    readonly k: number;
  },
): void {
  const { size, fields } = SOCK_FILTER;
  const at = address * size;
  view.setUint16(at + fields.code.offset, code, LITTLE_ENDIAN);
  view.setUint8(at + fields.jt.offset, jt);
  view.setUint8(at + fields.jf.offset, jf);
  view.setUint32(at + fields.k.offset, k, LITTLE_ENDIAN);
}
