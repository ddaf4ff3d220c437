/**
 * The relocations of an architecture that are understood, by what becomes of
 * them in a file whose addresses are settled.
 *
 * @module
 * @see System V ABI, AMD64 supplement, "Relocation Types"
 * @see ELF for the Arm 64-bit Architecture, "Dynamic relocations"
 */

/** Numbers of relocation types. */
export interface RelocationTypes {
  /** Base plus addend: done in the file, once and for all. */
  readonly relative: number;
  /** Left to the loader, which adds the addend to the value of a symbol. */
  readonly symbolic: ReadonlySet<number>;
  /** Left to the loader: offsets in thread-local storage have no base. */
  readonly threadLocal: ReadonlySet<number>;
  /** Left to the loader, which calls the function that the addend leads to. */
  readonly indirect: number;
}

/** By `e_machine`. */
export const RELOCATION_TYPES: ReadonlyMap<number, RelocationTypes> = new Map([
  // EM_X86_64
  [62, {
    relative: 8,
    // R_X86_64_64, COPY, GLOB_DAT, JUMP_SLOT
    symbolic: new Set([1, 5, 6, 7]),
    // R_X86_64_DTPMOD64, DTPOFF64, TPOFF64, TLSDESC
    threadLocal: new Set([16, 17, 18, 36]),
    indirect: 37,
  }],
  // EM_AARCH64
  [183, {
    relative: 1027,
    // R_AARCH64_ABS64, COPY, GLOB_DAT, JUMP_SLOT
    symbolic: new Set([257, 1024, 1025, 1026]),
    // R_AARCH64_TLS_DTPMOD, TLS_DTPREL, TLS_TPREL, TLSDESC
    threadLocal: new Set([1028, 1029, 1030, 1031]),
    indirect: 1032,
  }],
]);
