/**
 * The relocations of a file: the relative ones are done, which makes them
 * superfluous, and the others are told where their places have gone.
 *
 * @module
 * @see System V ABI, chapter 4, "Relocation"
 */
import type { DynamicSection } from "./dynamic_section.ts";
import { type ElfFile, isWithin, refuse, type Segment } from "./elf_file.ts";
import { DT, Elf64_Rela, PT } from "./elf_structs.ts";
import type { RelocationTypes } from "./relocation_types.ts";

const POINTER_BYTES = 8;

/** What was found. */
export interface Relocations {
  /** Address of the first; the relative ones come first. */
  readonly address: number;
  /** How many bytes the relative ones take. */
  readonly relativeBytes: number;
  /** How many bytes there are behind them. */
  readonly otherBytes: number;
  /** The greatest number of a symbol that one of the others names. */
  readonly lastSymbol: number;
}

/**
 * Settles the relocations for a base. The dynamic section stays as it is.
 *
 * @param base What is added to each address.
 * @throws {Error} If there is one that is not understood.
 */
export function settleRelocations(
  elf: ElfFile,
  { dynamic, types, base }: {
    readonly dynamic: DynamicSection;
    readonly types: RelocationTypes;
    readonly base: number;
  },
): Relocations {
  const { size } = Elf64_Rela;
  const address = dynamic.get(DT.RELA);
  const length = dynamic.get(DT.RELASZ);
  const relativeBytes = dynamic.get(DT.RELACOUNT) * size;
  const otherBytes = length - relativeBytes;
  if (dynamic.get(DT.RELAENT) !== size || length % size !== 0) {
    refuse("its relocations have another size");
  }
  if (relativeBytes === 0 || otherBytes < 0) {
    refuse(`${relativeBytes} of ${length} bytes are relative relocations`);
  }
  const start = elf.constantOffsetOf(address, length);
  applyRelative(elf, { start, end: start + relativeBytes, types, base });
  const others = { start: start + relativeBytes, end: start + length };
  const calls = callsOf(elf, dynamic);
  if (calls.start < others.end && start < calls.end) {
    refuse("its tables of relocations overlap");
  }
  const lastSymbol = Math.max(
    moveOthers(elf, { ...others, types, base }),
    moveOthers(elf, { ...calls, types, base }),
  );
  return { address, relativeBytes, otherBytes, lastSymbol };
}

/** Offsets in the file. */
interface Range {
  readonly start: number;
  readonly end: number;
}

interface Task extends Range {
  readonly types: RelocationTypes;
  readonly base: number;
}

/** The second table, of the functions that are called through the PLT. */
function callsOf(elf: ElfFile, dynamic: DynamicSection): Range {
  const address = dynamic.find(DT.JMPREL);
  if (address === undefined) return { start: 0, end: 0 };
  const length = dynamic.get(DT.PLTRELSZ);
  if (
    dynamic.get(DT.PLTREL) !== DT.RELA || length % Elf64_Rela.size !== 0
  ) refuse("its relocations of calls are of another kind");
  const start = elf.constantOffsetOf(address, length);
  return { start, end: start + length };
}

/** There are many: no object is made for any of them. */
function applyRelative(elf: ElfFile, { start, end, types, base }: Task): void {
  const { r_info_type, r_info_symbol, r_addend } = Elf64_Rela.fields;
  const dynamic = elf.only(PT.DYNAMIC);
  let segment: Segment = dynamic; // the one of the relocation before
  for (let at = start; at < end; at += Elf64_Rela.size) {
    if (
      elf.u32(at + r_info_type.offset) !== types.relative ||
      elf.u32(at + r_info_symbol.offset) !== 0
    ) refuse("a relocation that is counted as a relative one is not");
    const place = elf.u64(at);
    if (segment === dynamic || !isWithin(segment, place, POINTER_BYTES)) {
      segment = elf.segmentOf(place, POINTER_BYTES);
      if (!segment.isWritable) refuse("what nobody can write to is relocated");
    }
    if (
      place < dynamic.address + dynamic.memoryBytes &&
      place + POINTER_BYTES > dynamic.address
    ) refuse("its dynamic section is relocated");
    const value = elf.u64(at + r_addend.offset) + base;
    elf.setU64(place - segment.address + segment.offset, value);
  }
}

/**
 * Moves the places of the relocations that the loader is to apply.
 *
 * @returns The greatest number of a symbol among them.
 */
function moveOthers(elf: ElfFile, { start, end, types, base }: Task): number {
  const { r_offset, r_info_type, r_info_symbol, r_addend } = Elf64_Rela.fields;
  let lastSymbol = 0;
  for (let at = start; at < end; at += Elf64_Rela.size) {
    const type = elf.get(at, r_info_type);
    const symbol = elf.get(at, r_info_symbol);
    const isIndirect = type === types.indirect && symbol === 0;
    const isKnown = isIndirect || types.threadLocal.has(type) ||
      (types.symbolic.has(type) && symbol !== 0);
    if (!isKnown) refuse(`a relocation of type ${type} is not understood`);
    if (isIndirect) elf.add(at, r_addend, base);
    elf.add(at, r_offset, base);
    lastSymbol = Math.max(lastSymbol, symbol);
  }
  return lastSymbol;
}
