/**
 * Builds small position-independent programs, with one of each thing that
 * pre-linking has to know. They end with {@linkcode SETTLED_STATUS} if their
 * one pointer to itself is right, without any library.
 *
 * @module
 */
import {
  DF,
  DF_1,
  DT,
  Elf64_Dyn,
  Elf64_Ehdr,
  Elf64_Phdr,
  Elf64_Rela,
  Elf64_Shdr,
  Elf64_Sym,
  ET,
  PT,
  SHF_ALLOC,
  SHT,
} from "../../tools/build/payload/prelink/elf_structs.ts";

/** Exit status of a program whose addresses are right; otherwise 0. */
export const SETTLED_STATUS = 42;

/** An architecture's numbers, and its code. */
interface Machine {
  readonly number: number;
  readonly relative: number;
  readonly globDat: number;
  readonly jumpSlot: number;
  readonly dtpmod: number;
  readonly irelative: number;
  /** Compares the pointer at `offset` from the code with its own address. */
  code(offset: number): Uint8Array;
}

/** By name. */
export const MACHINES: Readonly<Record<"x86_64" | "aarch64", Machine>> = {
  x86_64: {
    number: 62,
    relative: 8,
    globDat: 6,
    jumpSlot: 7,
    dtpmod: 16,
    irelative: 37,
    code: (offset) =>
      Uint8Array.from([
        ...[0x48, 0x8b, 0x05, ...word(offset - 7)], // mov rax, [rip + ...]
        ...[0x48, 0x8d, 0x1d, ...word(offset - 14)], // lea rbx, [rip + ...]
        ...[0x31, 0xff], // xor edi, edi
        ...[0x48, 0x39, 0xd8], // cmp rax, rbx
        ...[0x75, 0x05], // jne to the second but next
        ...[0xbf, ...word(SETTLED_STATUS)], // mov edi, 42
        ...[0xb8, ...word(231)], // mov eax, exit_group
        ...[0x0f, 0x05], // syscall
      ]),
  },
  aarch64: {
    number: 183,
    relative: 1027,
    globDat: 1025,
    jumpSlot: 1026,
    dtpmod: 1028,
    irelative: 1032,
    code: (offset) =>
      Uint8Array.from([
        0x10000001 | (offset & 3) << 29 | (offset >> 2) << 5, // adr x1, ...
        0xf9400020, // ldr x0, [x1]
        0xeb01001f, // cmp x0, x1
        0x52800000 | SETTLED_STATUS << 5, // mov w0, 42
        0x1a9f0000, // csel w0, w0, wzr, eq
        0xd2800bc8, // mov x8, exit_group
        0xd4000001, // svc 0
      ].flatMap(word)),
  },
};

/** Offsets in the file. Those behind `dynamic` have other addresses. */
export const AT = {
  segments: 0x40,
  interpreter: 0x200,
  symbols: 0x240,
  hash: 0x2c0,
  gnuHash: 0x2e0,
  strings: 0x330,
  relocations: 0x340,
  calls: 0x400,
  code: 0x480,
  dynamic: 0x1000,
  got: 0x1200,
  data: 0x1240,
  sections: 0x1400,
  sectionSymbols: 0x1600,
  end: 0x1700,
} as const;

/** What is added to the offset of what can be written to. */
export const WRITABLE = 0x10000;

/** How many pointers there are, and so relative relocations. */
export const POINTERS = 3;

const EXECUTABLE_FLAGS = 5;
const WRITABLE_FLAGS = 6;
const PAGE = 0x10000;

/** What the loader is told, in order. */
export function dynamicEntries(): [tag: number, value: number][] {
  return [
    [DT.NEEDED, 1],
    [DT.NEEDED, 2],
    [DT.FLAGS, DF.BIND_NOW],
    [DT.FLAGS_1, DF_1.NOW | DF_1.PIE],
    [DT.DEBUG, 0],
    [DT.RELA, AT.relocations],
    [DT.RELASZ, (POINTERS + 3) * Elf64_Rela.size],
    [DT.RELAENT, Elf64_Rela.size],
    [DT.RELACOUNT, POINTERS],
    [DT.JMPREL, AT.calls],
    [DT.PLTRELSZ, Elf64_Rela.size],
    [DT.PLTGOT, AT.got + WRITABLE],
    [DT.PLTREL, DT.RELA],
    [DT.SYMTAB, AT.symbols],
    [DT.SYMENT, Elf64_Sym.size],
    [DT.STRTAB, AT.strings],
    [DT.STRSZ, 8],
    [DT.HASH, AT.hash],
    [DT.INIT_ARRAY, AT.data + WRITABLE + 8],
    [DT.INIT_ARRAYSZ, 8],
    [DT.NULL, 0],
  ];
}

/** Type, symbol, place in the data, addend. */
export type Relocation = readonly [number, number, number, number];

/** The relocations: relative ones first, each for one pointer. */
export function relocationsFor(machine: Machine): Relocation[] {
  const { relative, globDat, irelative, dtpmod } = machine;
  return [
    [relative, 0, 0, AT.data + WRITABLE], // to itself
    [relative, 0, 8, AT.code],
    [relative, 0, 16, AT.interpreter],
    [globDat, 2, 24, 0],
    [irelative, 0, 32, AT.code],
    [dtpmod, 0, 40, 0],
  ];
}

/** What may differ from one program to another. */
export interface ElfOptions {
  readonly dynamic?: readonly (readonly [number, number])[];
  readonly relocations?: readonly Relocation[];
}

/** The bytes of a program. */
export function buildElf(
  machine: Machine,
  options: ElfOptions = {},
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(AT.end);
  const put = (at: number, ...parts: Uint8Array[]): void => {
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
  };
  put(
    0,
    Elf64_Ehdr.encode({
      e_ident: Uint8Array.from([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]),
      e_type: ET.DYN,
      e_machine: machine.number,
      e_version: 1,
      e_entry: BigInt(AT.code),
      e_phoff: BigInt(AT.segments),
      e_shoff: BigInt(AT.sections),
      e_ehsize: Elf64_Ehdr.size,
      e_phentsize: Elf64_Phdr.size,
      e_phnum: SEGMENTS.length,
      e_shentsize: Elf64_Shdr.size,
      e_shnum: SECTIONS.length,
    }),
  );
  put(AT.segments, ...SEGMENTS.map(segment));
  put(AT.interpreter, new TextEncoder().encode("/lib/ld.so\0"));
  put(AT.symbols, ...SYMBOLS.map(symbol));
  put(AT.hash, Uint8Array.from([1, SYMBOLS.length].flatMap(word)));
  // Symbols from 2 on are hashed, in one chain, of one bucket.
  const gnuHash = [1, 2, 1, 0, 0, 0, 2, 0, 0, 1];
  put(AT.gnuHash, Uint8Array.from(gnuHash.flatMap(word)));
  const relocations = options.relocations ?? relocationsFor(machine);
  put(AT.relocations, ...relocations.map(relocation));
  put(AT.calls, relocation([machine.jumpSlot, 1, AT.got + 24 - AT.data, 0]));
  put(AT.code, machine.code(AT.data + WRITABLE - AT.code));
  const dynamic = options.dynamic ?? dynamicEntries();
  put(AT.dynamic, ...dynamic.map(dynamicEntry));
  put(AT.got, Uint8Array.from(word(AT.dynamic + WRITABLE)));
  put(AT.sections, ...SECTIONS.map((one) => Elf64_Shdr.encode(one)));
  put(AT.sectionSymbols, ...SYMBOLS.map(symbol));
  return bytes;
}

/** Type, flags, offset, bytes. */
const SEGMENTS: readonly [number, number, number, number][] = [
  [PT.PHDR, 4, AT.segments, 7 * Elf64_Phdr.size],
  [PT.INTERP, 4, AT.interpreter, 11],
  [PT.LOAD, EXECUTABLE_FLAGS, 0, AT.dynamic],
  [PT.LOAD, WRITABLE_FLAGS, AT.dynamic, AT.sections - AT.dynamic],
  [PT.DYNAMIC, WRITABLE_FLAGS, AT.dynamic, AT.got - AT.dynamic],
  [PT.TLS, 4, AT.data + 48, 8],
  [PT.GNU_STACK, WRITABLE_FLAGS, 0, 0],
];

function segment(
  [type, flags, offset, bytes]: (typeof SEGMENTS)[number],
): Uint8Array {
  const address = BigInt(offset < AT.dynamic ? offset : offset + WRITABLE);
  return Elf64_Phdr.encode({
    p_type: type,
    p_flags: flags,
    p_offset: BigInt(offset),
    p_vaddr: address,
    p_paddr: address,
    p_filesz: BigInt(bytes),
    p_memsz: BigInt(bytes),
    p_align: BigInt(type === PT.LOAD ? PAGE : 8),
  });
}

/** Kind, section, value. */
const SYMBOLS: readonly [number, number, number][] = [
  [0, 0, 0],
  [0x12, 0, 0], // a function of somebody else
  [0x11, 3, AT.data + WRITABLE], // a variable
  [0x16, 3, 4], // one of each thread
  [0x11, 0xfff1, 7], // a number
];

function symbol([info, section, value]: (typeof SYMBOLS)[number]): Uint8Array {
  return Elf64_Sym.encode({
    st_info: info,
    st_shndx: section,
    st_value: BigInt(value),
  });
}

const SECTIONS: readonly Parameters<typeof Elf64_Shdr.encode>[0][] = [
  {},
  {
    sh_type: SHT.RELA,
    sh_flags: BigInt(SHF_ALLOC),
    sh_addr: BigInt(AT.relocations),
    sh_offset: BigInt(AT.relocations),
    sh_size: BigInt((POINTERS + 3) * Elf64_Rela.size),
  },
  {
    sh_type: SHT.SYMTAB,
    sh_offset: BigInt(AT.sectionSymbols),
    sh_size: BigInt(SYMBOLS.length * Elf64_Sym.size),
  },
  {
    sh_type: 1,
    sh_flags: BigInt(SHF_ALLOC),
    sh_addr: BigInt(AT.data + WRITABLE),
    sh_offset: BigInt(AT.data),
  },
];

function relocation([type, name, place, addend]: Relocation): Uint8Array {
  return Elf64_Rela.encode({
    r_offset: BigInt(AT.data + WRITABLE + place),
    r_info_type: type,
    r_info_symbol: name,
    r_addend: BigInt(addend),
  });
}

function dynamicEntry([tag, value]: readonly [number, number]): Uint8Array {
  return Elf64_Dyn.encode({ d_tag: BigInt(tag), d_un: BigInt(value) });
}

/** Four bytes, the least first. */
function word(value: number): number[] {
  return [value, value >>> 8, value >>> 16, value >>> 24]
    .map((byte) => byte & 0xff);
}
