/**
 * The first bytes of a program: what the kernel decides by, and what it needs.
 *
 * @module
 * @see Linux fs/binfmt_script.c, fs/binfmt_elf.c, elf(5)
 */
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";

/** What a program's first bytes say. */
export type ProgramHeader =
  | {
    readonly kind: "script";
    /** Path of the interpreter, without a trailing carriage return. */
    readonly interpreter: string;
    /** Whether the `#!` line ends in CR LF, which the kernel takes literally. */
    readonly hasCarriageReturn: boolean;
  }
  | {
    readonly kind: "elf";
    /** Name of the architecture, or its number if we know no name. */
    readonly machine: string;
    /** Where the path of the dynamic loader is, in a file that wants one. */
    readonly loader: FileRange | undefined;
  }
  | { readonly kind: "unknown" };

/** A part of a file, in bytes. */
export interface FileRange {
  readonly offset: number;
  readonly length: number;
}

/** How many bytes {@linkcode parseProgramHeader} may want. */
export const HEADER_BYTES = 4096;

const MACHINES: ReadonlyMap<number, string> = new Map([
  [3, "i386"],
  [8, "mips"],
  [20, "ppc"],
  [21, "ppc64"],
  [22, "s390x"],
  [40, "arm"],
  [62, "x86_64"],
  [183, "aarch64"],
  [243, "riscv64"],
  [258, "loongarch64"],
]);

const ELF_MAGIC = 0x464c457f;
const ELFCLASS64 = 2;
/** Size of `Elf64_Ehdr`. */
const ELF64_HEADER_BYTES = 64;
const PT_INTERP = 3;

/**
 * Reads the first bytes of a program.
 *
 * @param bytes Up to {@linkcode HEADER_BYTES} from its start.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const bytes = new TextEncoder().encode("#!/bin/sh -e\r\n");
 * assert.deepEqual(parseProgramHeader(bytes), {
 *   kind: "script",
 *   interpreter: "/bin/sh",
 *   hasCarriageReturn: true,
 * });
 * ```
 */
export function parseProgramHeader(bytes: Uint8Array): ProgramHeader {
  if (bytes[0] === 0x23 && bytes[1] === 0x21) return parseScript(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 20 || view.getUint32(0, LITTLE_ENDIAN) !== ELF_MAGIC) {
    return { kind: "unknown" };
  }
  const isLittle = bytes[5] === 1;
  const number = view.getUint16(18, isLittle);
  return {
    kind: "elf",
    machine: MACHINES.get(number) ?? `machine ${number}`,
    loader: bytes[4] === ELFCLASS64 && isLittle ? findLoader(view) : undefined,
  };
}

function parseScript(bytes: Uint8Array): ProgramHeader {
  // A NUL ends it as well: the kernel takes the path for a C string.
  const [line = ""] = new TextDecoder().decode(bytes).split(/[\n\0]/, 1);
  const [interpreter = ""] = line.slice(2).trim().split(/[ \t]/, 1);
  return {
    kind: "script",
    interpreter: interpreter.replace(/\r$/, ""),
    hasCarriageReturn: line.endsWith("\r"),
  };
}

/** The `PT_INTERP` entry of a 64-bit little-endian ELF file. */
function findLoader(view: DataView): FileRange | undefined {
  if (view.byteLength < ELF64_HEADER_BYTES) return undefined;
  const table = Number(view.getBigUint64(32, LITTLE_ENDIAN));
  const entryBytes = view.getUint16(54, LITTLE_ENDIAN);
  const count = view.getUint16(56, LITTLE_ENDIAN);
  for (let index = 0; index < count; index++) {
    const entry = table + index * entryBytes;
    if (entry + 40 > view.byteLength) return undefined;
    if (view.getUint32(entry, LITTLE_ENDIAN) !== PT_INTERP) continue;
    return {
      offset: Number(view.getBigUint64(entry + 8, LITTLE_ENDIAN)),
      length: Number(view.getBigUint64(entry + 32, LITTLE_ENDIAN)),
    };
  }
  return undefined;
}
