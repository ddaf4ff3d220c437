/**
 * Settles where a position-independent program is in memory. Each start of
 * Deno would otherwise write 160,000 pointers into 2.6 MB of memory that no
 * other process then shares with it.
 *
 * The file keeps its size and layout; the relocations that are done stay in
 * it, where nobody looks for them any more.
 *
 * @module
 * @see System V ABI, chapters 4 and 5
 */
import { DynamicSection } from "./dynamic_section.ts";
import { ElfFile, refuse } from "./elf_file.ts";
import { DT, PT } from "./elf_structs.ts";
import {
  checkHeader,
  checkSegments,
  moveHeaders,
  moveSections,
} from "./headers.ts";
import { RELOCATION_TYPES } from "./relocation_types.ts";
import { settleRelocations } from "./relocations.ts";
import { moveDynamicSymbols } from "./symbols.ts";

/**
 * Makes an executable with a fixed address (ET_EXEC) of one without (ET_DYN).
 *
 * @param bytes The file, changed in place: a copy would be large. Of no use
 * for anything after a failure.
 * @param base Where its address 0 is to be, aligned as its segments are.
 * @throws {Error} If it has anything that is not understood, as one that was
 * prelinked before does.
 * @throws {RangeError} If it is cut off.
 */
export function prelink(bytes: Uint8Array, base: number): void {
  const machine = checkHeader(bytes);
  const types = RELOCATION_TYPES.get(machine) ??
    refuse(`it is for machine ${machine}`);
  const elf = new ElfFile(bytes);
  checkSegments(elf, base);
  const dynamic = new DynamicSection(elf, machine);
  moveGotHeader(elf, dynamic, base);
  const relocations = settleRelocations(elf, { dynamic, types, base });
  const { lastSymbol, address, relativeBytes, otherBytes } = relocations;
  moveDynamicSymbols(elf, { dynamic, lastSymbol, base });
  moveSections(elf, { relocations, base });
  dynamic.moveTo(base);
  dynamic.set(DT.RELA, address + relativeBytes + base);
  dynamic.set(DT.RELASZ, otherBytes);
  dynamic.set(DT.RELACOUNT, 0);
  moveHeaders(elf, base);
}

/**
 * The first word for the PLT is the address of the dynamic section, or zero:
 * the one pointer in the file that no relocation tells of.
 */
function moveGotHeader(
  elf: ElfFile,
  dynamic: DynamicSection,
  base: number,
): void {
  const address = dynamic.find(DT.PLTGOT);
  if (address === undefined) return;
  const at = elf.offsetOf(address, 8);
  const value = elf.u64(at);
  if (value === 0) return;
  if (value !== elf.only(PT.DYNAMIC).address) {
    refuse("its global offset table begins with something else");
  }
  elf.setU64(at, value + base);
}
