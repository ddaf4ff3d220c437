/**
 * The headers of a file and of its segments and sections, which say where
 * everything is.
 *
 * @module
 * @see System V ABI, chapters 4 and 5
 */
import { type ElfFile, refuse } from "./elf_file.ts";
import {
  Elf64_Ehdr,
  Elf64_Phdr,
  Elf64_Shdr,
  Elf64_Sym,
  ET,
  PT,
  SHF_ALLOC,
  SHT,
} from "./elf_structs.ts";
import type { Relocations } from "./relocations.ts";
import { moveSymbols } from "./symbols.ts";

/** `e_ident`: the magic number, 64 bits, little-endian, version 1. */
const IDENT = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1];
/** ELFOSABI_NONE and ELFOSABI_GNU, which follow. */
const OS_ABIS = [0, 3];

/** Segments that are somewhere. */
const PLACED: ReadonlySet<number> = new Set([
  PT.LOAD,
  PT.DYNAMIC,
  PT.INTERP,
  PT.NOTE,
  PT.PHDR,
  PT.TLS,
  PT.GNU_EH_FRAME,
  PT.GNU_RELRO,
  PT.GNU_PROPERTY,
  PT.GNU_SFRAME,
]);
/** Segments that only tell something. */
const UNPLACED: ReadonlySet<number> = new Set([PT.NULL, PT.GNU_STACK]);

/**
 * Checks that bytes are a position-independent file whose headers have the
 * usual form.
 *
 * @returns Its `e_machine`.
 * @throws {Error} If they are not.
 */
export function checkHeader(bytes: Uint8Array): number {
  if (
    bytes.length < Elf64_Ehdr.size ||
    IDENT.some((byte, index) => bytes[index] !== byte) ||
    !OS_ABIS.includes(bytes[IDENT.length] ?? -1)
  ) refuse("it is not ELF of 64 bits, little-endian");
  const header = Elf64_Ehdr.decode(bytes);
  if (header.e_type !== ET.DYN) refuse("it is not position-independent");
  if (header.e_version !== 1 || header.e_flags !== 0) {
    refuse("its version or flags are not known");
  }
  if (
    header.e_phentsize !== Elf64_Phdr.size ||
    (header.e_shoff !== 0n &&
      (header.e_shentsize !== Elf64_Shdr.size || header.e_shnum === 0))
  ) refuse("its tables of headers have another form");
  return header.e_machine;
}

/**
 * Checks that the segments are such as can be put at a base.
 *
 * @throws {Error} If they are not.
 */
export function checkSegments(elf: ElfFile, base: number): void {
  elf.only(PT.PHDR); // by which the loader finds the base
  elf.only(PT.INTERP); // without a loader, the program relocates itself
  let [addressEnd, offsetEnd] = [0, 0];
  for (const segment of elf.segments) {
    const { type, offset, address, fileBytes, memoryBytes } = segment;
    const { alignment } = segment;
    if (!PLACED.has(type) && !UNPLACED.has(type)) {
      refuse(`a segment of type 0x${type.toString(16)} is not known`);
    }
    if (base % alignment !== 0) refuse("the base is not aligned for it");
    if (type !== PT.LOAD) continue;
    if (
      fileBytes > memoryBytes || offset + fileBytes > elf.length ||
      (address - offset) % alignment !== 0
    ) refuse("a segment does not fit");
    if (address < addressEnd || offset < offsetEnd) refuse("segments overlap");
    [addressEnd, offsetEnd] = [address + memoryBytes, offset + fileBytes];
  }
}

/** Writes where the file and its segments are: no longer anywhere. */
export function moveHeaders(elf: ElfFile, base: number): void {
  const { p_vaddr, p_paddr } = Elf64_Phdr.fields;
  elf.set(0, Elf64_Ehdr.fields.e_type, ET.EXEC);
  elf.add(0, Elf64_Ehdr.fields.e_entry, base);
  for (const { header, type } of elf.segments) {
    if (!PLACED.has(type)) continue;
    elf.add(header, p_vaddr, base);
    elf.add(header, p_paddr, base);
  }
}

/**
 * Writes where the sections are, for debuggers, and the symbols in them.
 *
 * @throws {Error} If a symbol is not understood.
 */
export function moveSections(
  elf: ElfFile,
  { relocations, base }: {
    readonly relocations: Relocations;
    readonly base: number;
  },
): void {
  const { sh_type, sh_flags, sh_addr, sh_offset, sh_size } = Elf64_Shdr.fields;
  const { relativeBytes, otherBytes } = relocations;
  const table = elf.get(0, Elf64_Ehdr.fields.e_shoff);
  const count = elf.get(0, Elf64_Ehdr.fields.e_shnum);
  for (const at of elf.entries(table, count, Elf64_Shdr.size)) {
    const type = elf.get(at, sh_type);
    const [offset, size] = [elf.get(at, sh_offset), elf.get(at, sh_size)];
    if (type === SHT.SYMTAB) {
      const symbols = { table: offset, count: size / Elf64_Sym.size, base };
      moveSymbols(elf, symbols);
    }
    if ((elf.get(at, sh_flags) & SHF_ALLOC) === 0) continue;
    if (type === SHT.RELA && elf.get(at, sh_addr) === relocations.address) {
      elf.add(at, sh_addr, relativeBytes);
      elf.add(at, sh_offset, relativeBytes);
      elf.set(at, sh_size, otherBytes);
    }
    elf.add(at, sh_addr, base);
  }
}
