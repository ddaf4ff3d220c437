/**
 * The structures of an ELF file of 64 bits, and the numbers in them that
 * pre-linking has to know.
 *
 * @module
 * @see elf(5), the System V ABI, chapters 4 and 5
 */
import { defineStruct } from "../../../../ffi/struct.ts";

/** What a file begins with. */
export const Elf64_Ehdr = defineStruct("Elf64_Ehdr", "elf.h", {
  e_ident: "u8[16]",
  e_type: "u16",
  e_machine: "u16",
  e_version: "u32",
  e_entry: "u64",
  e_phoff: "u64",
  e_shoff: "u64",
  e_flags: "u32",
  e_ehsize: "u16",
  e_phentsize: "u16",
  e_phnum: "u16",
  e_shentsize: "u16",
  e_shnum: "u16",
  e_shstrndx: "u16",
});

/** A segment: what the kernel and the dynamic loader look at. */
export const Elf64_Phdr = defineStruct("Elf64_Phdr", "elf.h", {
  p_type: "u32",
  p_flags: "u32",
  p_offset: "u64",
  p_vaddr: "u64",
  p_paddr: "u64",
  p_filesz: "u64",
  p_memsz: "u64",
  p_align: "u64",
});

/** A section: what debuggers look at. */
export const Elf64_Shdr = defineStruct("Elf64_Shdr", "elf.h", {
  sh_name: "u32",
  sh_type: "u32",
  sh_flags: "u64",
  sh_addr: "u64",
  sh_offset: "u64",
  sh_size: "u64",
  sh_link: "u32",
  sh_info: "u32",
  sh_addralign: "u64",
  sh_entsize: "u64",
});

/** A symbol. */
export const Elf64_Sym = defineStruct("Elf64_Sym", "elf.h", {
  st_name: "u32",
  st_info: "u8",
  st_other: "u8",
  st_shndx: "u16",
  st_value: "u64",
  st_size: "u64",
});

/** An entry of the dynamic section; `d_un` is an address or a value. */
export const Elf64_Dyn = defineStruct("Elf64_Dyn", "elf.h", {
  d_tag: "u64",
  d_un: "u64",
});

/** A relocation; the upper half of `r_info` is a symbol, the lower the type. */
export const Elf64_Rela = defineStruct("Elf64_Rela", "elf.h", {
  r_offset: "u64",
  r_info_type: "u32",
  r_info_symbol: "u32",
  r_addend: "u64",
});

/** Types of files. */
export const ET = { EXEC: 2, DYN: 3 } as const;

/** Types of segments. */
export const PT = {
  NULL: 0,
  LOAD: 1,
  DYNAMIC: 2,
  INTERP: 3,
  NOTE: 4,
  PHDR: 6,
  TLS: 7,
  GNU_EH_FRAME: 0x6474e550,
  GNU_STACK: 0x6474e551,
  GNU_RELRO: 0x6474e552,
  GNU_PROPERTY: 0x6474e553,
  GNU_SFRAME: 0x6474e554,
} as const;

/** Permissions of segments. */
export const PF_W = 0x2;

/** Types of sections. */
export const SHT = { SYMTAB: 2, RELA: 4 } as const;
/** Of sections: is in memory at run time. */
export const SHF_ALLOC = 0x2;

/** Section numbers of symbols that mean something else. */
export const SHN = { UNDEF: 0, LORESERVE: 0xff00, ABS: 0xfff1 } as const;
/** Type of symbols whose value is an offset in thread-local storage. */
export const STT_TLS = 6;

/** Tags of the dynamic section. */
export const DT = {
  NULL: 0,
  NEEDED: 1,
  PLTRELSZ: 2,
  PLTGOT: 3,
  HASH: 4,
  STRTAB: 5,
  SYMTAB: 6,
  RELA: 7,
  RELASZ: 8,
  RELAENT: 9,
  STRSZ: 10,
  SYMENT: 11,
  INIT: 12,
  FINI: 13,
  SONAME: 14,
  RPATH: 15,
  SYMBOLIC: 16,
  PLTREL: 20,
  DEBUG: 21,
  JMPREL: 23,
  BIND_NOW: 24,
  INIT_ARRAY: 25,
  FINI_ARRAY: 26,
  INIT_ARRAYSZ: 27,
  FINI_ARRAYSZ: 28,
  RUNPATH: 29,
  FLAGS: 30,
  PREINIT_ARRAY: 32,
  PREINIT_ARRAYSZ: 33,
  GNU_HASH: 0x6ffffef5,
  VERSYM: 0x6ffffff0,
  RELACOUNT: 0x6ffffff9,
  FLAGS_1: 0x6ffffffb,
  VERDEF: 0x6ffffffc,
  VERDEFNUM: 0x6ffffffd,
  VERNEED: 0x6ffffffe,
  VERNEEDNUM: 0x6fffffff,
} as const;

/** Bits of `DT_FLAGS`. */
export const DF = { TEXTREL: 0x4, BIND_NOW: 0x8 } as const;
/** Bits of `DT_FLAGS_1`. */
export const DF_1 = { NOW: 0x1, PIE: 0x08000000 } as const;
