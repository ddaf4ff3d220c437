/**
 * The dynamic section: what the loader is told, by tags. Some are followed by
 * addresses, which move with the file, others by numbers, which do not.
 *
 * @module
 * @see System V ABI, chapter 5, "Dynamic Section"
 */
import { type ElfFile, refuse } from "./elf_file.ts";
import { DF, DF_1, DT, Elf64_Dyn, PT } from "./elf_structs.ts";

const ADDRESSES: ReadonlySet<number> = new Set([
  DT.PLTGOT,
  DT.HASH,
  DT.STRTAB,
  DT.SYMTAB,
  DT.RELA,
  DT.INIT,
  DT.FINI,
  DT.JMPREL,
  DT.INIT_ARRAY,
  DT.FINI_ARRAY,
  DT.PREINIT_ARRAY,
  DT.GNU_HASH,
  DT.VERSYM,
  DT.VERDEF,
  DT.VERNEED,
]);

/** Not DT_TEXTREL, DT_REL or DT_RELR among them: they ask for more. */
const NUMBERS: ReadonlySet<number> = new Set([
  DT.NEEDED,
  DT.PLTRELSZ,
  DT.RELASZ,
  DT.RELAENT,
  DT.STRSZ,
  DT.SYMENT,
  DT.SONAME,
  DT.RPATH,
  DT.SYMBOLIC,
  DT.PLTREL,
  DT.DEBUG,
  DT.BIND_NOW,
  DT.INIT_ARRAYSZ,
  DT.FINI_ARRAYSZ,
  DT.RUNPATH,
  DT.FLAGS,
  DT.PREINIT_ARRAYSZ,
  DT.RELACOUNT,
  DT.FLAGS_1,
  DT.VERDEFNUM,
  DT.VERNEEDNUM,
]);

/** By architecture, but they mean numbers (DT_AARCH64_BTI_PLT and others). */
const AARCH64_NUMBERS: ReadonlySet<number> = new Set([
  0x70000001,
  0x70000003,
  0x70000005,
]);
const EM_AARCH64 = 183;

/** An entry of the section. */
interface Entry {
  /** Offset in the file. */
  readonly at: number;
  readonly value: number;
}

/** The section as it was linked. */
export class DynamicSection {
  readonly #elf: ElfFile;
  readonly #entries = new Map<number, Entry>();

  /**
   * @param machine The file's `e_machine`.
   * @throws {Error} If there is anything in it that is not understood, or if
   * the loader would bind functions late, by addresses in the file.
   */
  constructor(elf: ElfFile, machine: number) {
    this.#elf = elf;
    const { d_tag, d_un } = Elf64_Dyn.fields;
    const { address, offset, fileBytes } = elf.only(PT.DYNAMIC);
    if (elf.offsetOf(address, fileBytes) !== offset) {
      refuse("its dynamic section is not where it is loaded from");
    }
    for (const at of this.#places(offset, fileBytes)) {
      const tag = elf.get(at, d_tag);
      const isKnown = ADDRESSES.has(tag) || NUMBERS.has(tag) ||
        (machine === EM_AARCH64 && AARCH64_NUMBERS.has(tag));
      if (!isKnown) refuse(`dynamic tag 0x${tag.toString(16)} is not known`);
      if (tag !== DT.NEEDED && this.#entries.has(tag)) {
        refuse(`dynamic tag 0x${tag.toString(16)} is there twice`);
      }
      this.#entries.set(tag, { at, value: elf.get(at, d_un) });
    }
    this.#check();
  }

  /** What follows a tag, or `undefined` if it is not there. */
  find(tag: number): number | undefined {
    return this.#entries.get(tag)?.value;
  }

  /**
   * What follows a tag.
   *
   * @throws {Error} If it is not there.
   */
  get(tag: number): number {
    return this.find(tag) ?? refuse(`dynamic tag ${tag} is missing`);
  }

  /** Changes what follows a tag that is there; addresses are the final ones. */
  set(tag: number, value: number): void {
    const entry = this.#entries.get(tag) ?? refuse(`no dynamic tag ${tag}`);
    this.#elf.set(entry.at, Elf64_Dyn.fields.d_un, value);
  }

  /** Writes all addresses as they are at a base, and that there is one. */
  moveTo(base: number): void {
    for (const [tag, { value }] of this.#entries) {
      if (ADDRESSES.has(tag)) this.set(tag, value + base);
    }
    this.set(DT.FLAGS_1, this.get(DT.FLAGS_1) - DF_1.PIE);
  }

  *#places(offset: number, length: number): Generator<number> {
    const count = Math.floor(length / Elf64_Dyn.size);
    for (const at of this.#elf.entries(offset, count, Elf64_Dyn.size)) {
      if (this.#elf.get(at, Elf64_Dyn.fields.d_tag) === DT.NULL) return;
      yield at;
    }
    refuse("its dynamic section has no end");
  }

  #check(): void {
    const flags = this.find(DT.FLAGS) ?? 0;
    const flags1 = this.find(DT.FLAGS_1) ?? 0;
    if ((flags1 & DF_1.PIE) === 0) refuse("it is a library");
    if ((flags & DF.TEXTREL) !== 0) refuse("its code is relocated");
    const bindsNow = (flags & DF.BIND_NOW) !== 0 ||
      (flags1 & DF_1.NOW) !== 0 || this.#entries.has(DT.BIND_NOW);
    if (!bindsNow) refuse("it binds functions when they are called");
  }
}
