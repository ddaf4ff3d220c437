/**
 * Compares what pre-linking knows of ELF with the C library's header.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as elf from "../../tools/build/payload/prelink/elf_structs.ts";
import { RELOCATION_TYPES } from "../../tools/build/payload/prelink/relocation_types.ts";
import { evaluate, missingCompiler } from "../support/c_compiler.ts";

const arch = Deno.build.arch;
const missing = missingCompiler(arch);

/** Compares numbers with what C says; too old a header may lack some. */
async function compare(
  expected: ReadonlyMap<string, number>,
): Promise<void> {
  const found = await evaluate({
    arch,
    headers: ["elf.h"],
    expressions: [...expected.keys()],
  });
  let known = 0;
  for (const [name, value] of expected) {
    const actual = found.get(name);
    if (actual === undefined) continue;
    assert.equal(actual, BigInt(value), name);
    known++;
  }
  assert.ok(known >= expected.size - 1, `${known} of ${expected.size}`);
}

/** Registers a test that needs a compiler. */
function compilerTest(name: string, fn: () => Promise<void>): void {
  const reason = missing === undefined ? "" : ` (skipped: needs ${missing})`;
  Deno.test({ name: `${name}${reason}`, ignore: missing !== undefined, fn });
}

const { Elf64_Ehdr, Elf64_Phdr, Elf64_Shdr, Elf64_Sym, Elf64_Dyn, Elf64_Rela } =
  elf;

for (
  const struct of [
    Elf64_Ehdr,
    Elf64_Phdr,
    Elf64_Shdr,
    Elf64_Sym,
    Elf64_Dyn,
    Elf64_Rela,
  ]
) {
  compilerTest(`${struct.name} is laid out as in elf.h`, () => {
    const expected = new Map([[`sizeof(${struct.name})`, struct.size]]);
    for (const [name, { offset, size }] of Object.entries(struct.fields)) {
      if (name.startsWith("r_info_")) continue; // halves of a member
      expected.set(`__builtin_offsetof(${struct.name}, ${name})`, offset);
      expected.set(`sizeof(((${struct.name} *)0)->${name})`, size);
    }
    return compare(expected);
  });
}

compilerTest("constants of ELF are those of elf.h", () => {
  const { ET, PT, SHT, SHN, DT, DF, DF_1, PF_W, SHF_ALLOC, STT_TLS } = elf;
  const tables = { ET, PT, SHT, SHN, DT, DF, DF_1 };
  return compare(
    new Map(Object.entries({
      PF_W,
      SHF_ALLOC,
      STT_TLS,
      ...Object.fromEntries(
        Object.entries(tables).flatMap(([prefix, table]) =>
          Object.entries(table).map(([name, value]) => [
            `${prefix}_${name}`,
            value,
          ])
        ),
      ),
    })),
  );
});

compilerTest("relocation types are those of elf.h", () => {
  const names = new Map([
    ["EM_X86_64", {
      relative: "RELATIVE",
      symbolic: ["64", "COPY", "GLOB_DAT", "JUMP_SLOT"],
      threadLocal: ["DTPMOD64", "DTPOFF64", "TPOFF64", "TLSDESC"],
      indirect: "IRELATIVE",
    }],
    ["EM_AARCH64", {
      relative: "RELATIVE",
      symbolic: ["ABS64", "COPY", "GLOB_DAT", "JUMP_SLOT"],
      threadLocal: ["TLS_DTPMOD", "TLS_DTPREL", "TLS_TPREL", "TLSDESC"],
      indirect: "IRELATIVE",
    }],
  ]);
  const expected = new Map<string, number>();
  for (const [index, [machine, types]] of [...RELOCATION_TYPES].entries()) {
    const [name, words] = [...names][index] ?? assert.fail();
    expected.set(name, machine);
    const prefix = name.replace("EM_", "R_");
    expected.set(`${prefix}_${words.relative}`, types.relative);
    expected.set(`${prefix}_${words.indirect}`, types.indirect);
    for (const kind of ["symbolic", "threadLocal"] as const) {
      const numbers = [...types[kind]];
      assert.equal(numbers.length, words[kind].length);
      for (const [place, word] of words[kind].entries()) {
        expected.set(`${prefix}_${word}`, numbers[place] ?? NaN);
      }
    }
  }
  return compare(expected);
});
