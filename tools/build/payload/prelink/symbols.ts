/**
 * Tables of symbols: what they stand for moves with the file.
 *
 * @module
 * @see System V ABI, chapter 4, "Symbol Table", and chapter 5, "Hash Table"
 */
import type { DynamicSection } from "./dynamic_section.ts";
import { type ElfFile, refuse } from "./elf_file.ts";
import { DT, Elf64_Sym, SHN, STT_TLS } from "./elf_structs.ts";

const U32 = 4;
const U64 = 8;

/**
 * Moves the symbols that the loader knows.
 *
 * @param lastSymbol The greatest number that a relocation names.
 * @throws {Error} If there is one that is not understood.
 */
export function moveDynamicSymbols(
  elf: ElfFile,
  { dynamic, lastSymbol, base }: {
    readonly dynamic: DynamicSection;
    readonly lastSymbol: number;
    readonly base: number;
  },
): void {
  if (dynamic.get(DT.SYMENT) !== Elf64_Sym.size) {
    refuse("its symbols have another size");
  }
  const count = Math.max(lastSymbol + 1, hashedSymbols(elf, dynamic));
  const length = count * Elf64_Sym.size;
  const table = elf.constantOffsetOf(dynamic.get(DT.SYMTAB), length);
  moveSymbols(elf, { table, count, base });
}

/**
 * Moves the symbols of a table.
 *
 * @param table Its offset in the file.
 * @throws {Error} If there is one that is not understood.
 */
export function moveSymbols(
  elf: ElfFile,
  { table, count, base }: {
    readonly table: number;
    readonly count: number;
    readonly base: number;
  },
): void {
  const { st_info, st_shndx, st_value } = Elf64_Sym.fields;
  for (const at of elf.entries(table, count, Elf64_Sym.size)) {
    const section = elf.get(at, st_shndx);
    const isThreadLocal = (elf.get(at, st_info) & 0xf) === STT_TLS;
    if (section === SHN.ABS || isThreadLocal) continue;
    if (section === SHN.UNDEF) {
      if (elf.get(at, st_value) !== 0) refuse("a foreign symbol has a value");
      continue;
    }
    if (section >= SHN.LORESERVE) refuse("a symbol is of no section");
    elf.add(at, st_value, base);
  }
}

/** How many symbols there are: only the tables to look them up by tell. */
function hashedSymbols(elf: ElfFile, dynamic: DynamicSection): number {
  const hash = dynamic.find(DT.HASH);
  // Numbers of buckets and of chains: there is a chain for each symbol.
  if (hash !== undefined) return elf.u32(elf.offsetOf(hash, 2 * U32) + U32);
  return gnuHashedSymbols(elf, dynamic.get(DT.GNU_HASH));
}

/** Those behind the first few are hashed, in the order of their buckets. */
function gnuHashedSymbols(elf: ElfFile, address: number): number {
  const header = elf.offsetOf(address, 4 * U32);
  const bucketCount = elf.u32(header);
  const firstHashed = elf.u32(header + U32);
  const buckets = header + 4 * U32 + elf.u32(header + 2 * U32) * U64;
  let last = 0;
  for (const bucket of elf.entries(buckets, bucketCount, U32)) {
    last = Math.max(last, elf.u32(bucket));
  }
  if (last < firstHashed) return firstHashed;
  const chains = buckets + bucketCount * U32;
  const isEnd = (index: number): boolean =>
    (elf.u32(chains + (index - firstHashed) * U32) & 1) !== 0;
  while (!isEnd(last)) last++;
  return last + 1;
}
