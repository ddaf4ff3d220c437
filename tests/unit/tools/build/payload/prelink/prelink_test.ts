/** @module */
import assert from "node:assert/strict";
import { LITTLE_ENDIAN } from "../../../../../../ffi/endian.ts";
import {
  DF_1,
  DT,
  Elf64_Dyn,
  Elf64_Ehdr,
  Elf64_Phdr,
  Elf64_Rela,
  Elf64_Shdr,
  Elf64_Sym,
  PT,
} from "../../../../../../tools/build/payload/prelink/elf_structs.ts";
import { prelink } from "../../../../../../tools/build/payload/prelink/prelink.ts";
import {
  AT,
  buildElf,
  dynamicEntries,
  MACHINES,
  POINTERS,
  relocationsFor,
  SETTLED_STATUS,
  WRITABLE,
} from "../../../../../support/elf_builder.ts";

const BASE = 0x12_3456_0000;
const NAMES = ["x86_64", "aarch64"] as const;

/** A number of 64 bits in a file. */
function u64(bytes: Uint8Array, at: number): number {
  return Number(new DataView(bytes.buffer).getBigUint64(at, LITTLE_ENDIAN));
}

function setU64(bytes: Uint8Array, at: number, value: number): void {
  new DataView(bytes.buffer).setBigUint64(at, BigInt(value), LITTLE_ENDIAN);
}

/** What the loader is told. */
function dynamicOf(bytes: Uint8Array): Map<number, number> {
  const found = new Map<number, number>();
  for (let at: number = AT.dynamic;; at += Elf64_Dyn.size) {
    const tag = u64(bytes, at);
    if (tag === DT.NULL) return found;
    found.set(tag, u64(bytes, at + 8));
  }
}

/** Programs of both architectures, as built and prelinked. */
function* programs(): Generator<{
  readonly name: (typeof NAMES)[number];
  readonly before: Uint8Array<ArrayBuffer>;
  readonly after: Uint8Array<ArrayBuffer>;
}> {
  for (const name of NAMES) {
    const [before, after] = [1, 2].map(() => buildElf(MACHINES[name]));
    assert.ok(before !== undefined && after !== undefined);
    prelink(after, BASE);
    yield { name, before, after };
  }
}

Deno.test("prelink() writes each pointer where a relative relocation says", () => {
  for (const { after } of programs()) {
    assert.deepEqual(
      Array.from({ length: 6 }, (_, index) => u64(after, AT.data + index * 8)),
      [
        AT.data + WRITABLE + BASE,
        AT.code + BASE,
        AT.interpreter + BASE,
        0,
        0,
        0,
      ],
    );
    assert.equal(u64(after, AT.got), AT.dynamic + WRITABLE + BASE);
    assert.equal(u64(after, AT.got + 24), 0);
  }
});

Deno.test("prelink() leaves the other relocations to the loader, at their new places", () => {
  for (const { name, after } of programs()) {
    const machine = MACHINES[name];
    const data = AT.data + WRITABLE + BASE;
    const at = AT.relocations + POINTERS * Elf64_Rela.size;
    const read = (at: number): number[] =>
      Object.values(Elf64_Rela.decode(after.subarray(at))).map(Number);
    assert.deepEqual([0, 1, 2].map((index) => read(at + index * 24)), [
      [data + 24, machine.globDat, 2, 0],
      [data + 32, machine.irelative, 0, AT.code + BASE],
      [data + 40, machine.dtpmod, 0, 0],
    ]);
    const got = AT.got + 24 + WRITABLE + BASE;
    assert.deepEqual(read(AT.calls), [got, machine.jumpSlot, 1, 0]);
  }
});

Deno.test("prelink() moves all addresses of the dynamic section, and no number", () => {
  const moved = new Set<number>([
    DT.JMPREL,
    DT.PLTGOT,
    DT.SYMTAB,
    DT.STRTAB,
    DT.HASH,
    DT.INIT_ARRAY,
  ]);
  for (const { before, after } of programs()) {
    const expected = dynamicOf(before);
    for (const tag of moved) {
      expected.set(tag, (expected.get(tag) ?? NaN) + BASE);
    }
    const done = POINTERS * Elf64_Rela.size;
    expected.set(DT.RELA, AT.relocations + done + BASE);
    expected.set(DT.RELASZ, 3 * Elf64_Rela.size);
    expected.set(DT.RELACOUNT, 0);
    expected.set(DT.FLAGS_1, DF_1.NOW);
    assert.deepEqual(dynamicOf(after), expected);
  }
});

Deno.test("prelink() moves segments, sections, symbols and the entry", () => {
  for (const { before, after } of programs()) {
    const header = Elf64_Ehdr.decode(after);
    assert.equal(header.e_type, 2);
    assert.equal(header.e_entry, BigInt(AT.code + BASE));
    for (let index = 0; index < header.e_phnum; index++) {
      const at = AT.segments + index * Elf64_Phdr.size;
      const expected = Elf64_Phdr.decode(before.subarray(at));
      if (expected.p_type !== PT.GNU_STACK) {
        expected.p_vaddr += BigInt(BASE);
        expected.p_paddr += BigInt(BASE);
      }
      assert.deepEqual(Elf64_Phdr.decode(after.subarray(at)), expected);
    }
    const sections = [0, 1, 2, 3].map((index) =>
      Elf64_Shdr.decode(after.subarray(AT.sections + index * 64))
    ).map(({ sh_addr, sh_offset, sh_size }) => [sh_addr, sh_offset, sh_size])
      .map((numbers) => numbers.map(Number));
    const done = POINTERS * Elf64_Rela.size;
    assert.deepEqual(sections, [
      [0, 0, 0],
      [AT.relocations + done + BASE, AT.relocations + done, done],
      [0, AT.sectionSymbols, 5 * 24],
      [AT.data + WRITABLE + BASE, AT.data, 0],
    ]);
    for (const table of [AT.symbols, AT.sectionSymbols]) {
      const values = [0, 1, 2, 3, 4].map((index) =>
        Elf64_Sym.decode(after.subarray(table + index * 24)).st_value
      );
      const variable = BigInt(AT.data + WRITABLE + BASE);
      assert.deepEqual(values, [0n, 0n, variable, 4n, 7n]);
    }
  }
});

Deno.test("prelink() finds as many symbols by either kind of hash table", () => {
  const dynamic = dynamicEntries().map(([tag, value]): [number, number] =>
    tag === DT.HASH ? [DT.GNU_HASH, AT.gnuHash] : [tag, value]
  );
  const bytes = buildElf(MACHINES.x86_64, { dynamic });
  // The chain goes on to the last symbol, which is no longer a number.
  new DataView(bytes.buffer).setUint32(AT.gnuHash + 28, 0, LITTLE_ENDIAN);
  new DataView(bytes.buffer).setUint16(
    AT.symbols + 4 * 24 + 6,
    3,
    LITTLE_ENDIAN,
  );
  prelink(bytes, BASE);
  assert.equal(u64(bytes, AT.symbols + 2 * 24 + 8), AT.data + WRITABLE + BASE);
  assert.equal(u64(bytes, AT.symbols + 4 * 24 + 8), 0x7 + BASE);
});

/** Runs a prelinked program, for which nothing is left to a loader. */
async function statusOf(
  bytes: Uint8Array<ArrayBuffer>,
  emulator: readonly string[],
): Promise<number> {
  const view = new DataView(bytes.buffer);
  view.setUint32(AT.segments + Elf64_Phdr.size, PT.NULL, LITTLE_ENDIAN); // PT_INTERP
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await Deno.chmod(path, 0o700);
    const [program = "", ...args] = [...emulator, path];
    return (await new Deno.Command(program, { args }).output()).code;
  } finally {
    await Deno.remove(path);
  }
}

for (const name of NAMES) {
  const emulator = name === Deno.build.arch ? [] : [`qemu-${name}`];
  const missing = emulator.some((program) => !isInstalled(program));
  Deno.test({
    name: `prelink() makes a program for ${name} whose pointers are right`,
    ignore: missing, // without an emulator for it
  }, async () => {
    for (const base of [BASE, 2 ** 32, 2 ** 37 - 2 ** 16]) {
      const bytes = buildElf(MACHINES[name]);
      prelink(bytes, base);
      assert.equal(await statusOf(bytes, emulator), SETTLED_STATUS);
    }
    // Nobody relocates it otherwise.
    const plain = buildElf(MACHINES[name]);
    assert.equal(await statusOf(plain, emulator), 0);
  });
}

function isInstalled(program: string): boolean {
  const args = ["-c", 'command -v "$0"', program];
  return new Deno.Command("sh", { args, stdout: "null" }).outputSync().success;
}

const GOT = "its global offset table begins with something else";

/** What prelink() says to a program; it must refuse it. */
function refusal(bytes: Uint8Array, base = BASE): string {
  try {
    prelink(bytes, base);
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message.replace("Cannot prelink the file: ", "");
  }
  return "nothing";
}

Deno.test("prelink() refuses what is told to the loader and is not known", () => {
  const { x86_64, aarch64 } = MACHINES;
  const plus = (...more: [number, number][]): [number, number][] => [
    ...more,
    ...dynamicEntries(),
  ];
  const change = (tag: number, value: number): [number, number][] =>
    dynamicEntries().map(([own, old]) => [own, own === tag ? value : old]);
  const without = (tag: number): [number, number][] =>
    dynamicEntries().filter(([own]) => own !== tag);
  const cases: [[number, number][], string][] = [
    [plus([22, 0]), "dynamic tag 0x16 is not known"], // DT_TEXTREL
    [plus([36, 0]), "dynamic tag 0x24 is not known"], // DT_RELR
    [plus([17, 0]), "dynamic tag 0x11 is not known"], // DT_REL
    [plus([0x70000001, 0]), "dynamic tag 0x70000001 is not known"],
    [plus([DT.RELA, 0]), "dynamic tag 0x7 is there twice"],
    [change(DT.FLAGS, 0xc), "its code is relocated"],
    [change(DT.FLAGS_1, DF_1.NOW), "it is a library"],
    [without(DT.RELACOUNT), `dynamic tag ${DT.RELACOUNT} is missing`],
    [without(DT.NULL), "nothing"], // it ends in zeros
    [change(DT.RELACOUNT, 7), "168 of 144 bytes are relative relocations"],
    [change(DT.RELACOUNT, 0), "0 of 144 bytes are relative relocations"],
    [
      change(DT.RELACOUNT, 4),
      "a relocation that is counted as a relative one is not",
    ],
    [change(DT.RELACOUNT, 2), "a relocation of type 8 is not understood"],
    [change(DT.RELAENT, 16), "its relocations have another size"],
    [change(DT.PLTREL, 17), "its relocations of calls are of another kind"],
    [
      change(DT.JMPREL, AT.relocations + 120),
      "its tables of relocations overlap",
    ],
    [change(DT.RELA, AT.data + WRITABLE), "a table can be written to"],
    [change(DT.SYMTAB, 0x9000), "0x9000 is not in the file"],
    [change(DT.SYMENT, 16), "its symbols have another size"],
    [change(DT.HASH, 0x9000), "0x9000 is not in the file"],
    [change(DT.PLTGOT, AT.dynamic + WRITABLE), GOT], // 1, DT_NEEDED
  ];
  for (const [dynamic, why] of cases) {
    assert.equal(refusal(buildElf(x86_64, { dynamic })), why);
  }
  const late = change(DT.FLAGS, 0)
    .map(([tag, value]): [number, number] => [
      tag,
      tag === DT.FLAGS_1 ? DF_1.PIE : value,
    ]);
  assert.equal(
    refusal(buildElf(x86_64, { dynamic: late })),
    "it binds functions when they are called",
  );
  const branches = plus([0x70000001, 0]); // DT_AARCH64_BTI_PLT
  assert.equal(refusal(buildElf(aarch64, { dynamic: branches })), "nothing");
});

Deno.test("prelink() refuses relocations that it does not understand", () => {
  for (const name of NAMES) {
    const machine = MACHINES[name];
    const usual = relocationsFor(machine);
    const dynamicPlace = AT.dynamic - AT.data;
    const cases: [number, [number, number, number, number], string][] = [
      [0, [machine.relative, 1, 0, 0], "is counted as a relative one is not"],
      [0, [machine.relative, 0, dynamicPlace, 0], "section is relocated"],
      [0, [machine.relative, 0, dynamicPlace + 0x1f8, 0], "is relocated"],
      [0, [machine.relative, 0, -WRITABLE, 0], "is not in the file"],
      [
        0,
        [machine.relative, 0, AT.code - AT.data - WRITABLE, 0],
        "is relocated",
      ],
      [0, [machine.relative, 0, 0x1bc, 0], "is not in the file"], // its end
      [0, [machine.relative, 0, 0, -8], "is out of range"],
      [3, [machine.globDat, 0, 24, 0], "is not understood"],
      [3, [machine.irelative, 1, 24, 0], "is not understood"],
      [3, [2, 1, 24, 0], "a relocation of type 2 is not understood"],
      [5, [machine.relative, 0, 40, 0], "is not understood"],
    ];
    for (const [index, one, why] of cases) {
      const relocations = usual.with(index, one);
      const said = refusal(buildElf(machine, { relocations }));
      assert.ok(said.endsWith(why), `${name}: ${said}, not ${why}`);
    }
  }
});

Deno.test("prelink() refuses files of another kind", () => {
  const changed = (at: number, byte: number): string => {
    const bytes = buildElf(MACHINES.x86_64);
    bytes[at] = byte;
    return refusal(bytes);
  };
  const kind = "it is not ELF of 64 bits, little-endian";
  assert.equal(changed(0, 0), kind);
  assert.equal(changed(4, 1), kind); // 32 bits
  assert.equal(changed(5, 2), kind); // big-endian
  assert.equal(changed(6, 2), kind);
  assert.equal(changed(7, 9), kind); // of another system
  assert.equal(changed(16, 1), "it is not position-independent");
  assert.equal(changed(18, 3), "it is for machine 3");
  assert.equal(changed(48, 1), "its version or flags are not known");
  assert.equal(changed(54, 32), "its tables of headers have another form");
  assert.equal(changed(60, 0), "its tables of headers have another form");
  assert.equal(changed(61, 9), "a table is cut off");
  assert.equal(refusal(new Uint8Array(8)), kind);
  assert.equal(refusal(new TextEncoder().encode("#!/bin/sh\n")), kind);

  const twice = buildElf(MACHINES.x86_64);
  prelink(twice, BASE);
  assert.equal(refusal(twice), "it is not position-independent");
});

Deno.test("prelink() refuses segments that cannot be put at the base", () => {
  const { p_type, p_vaddr, p_offset, p_filesz, p_align } = Elf64_Phdr.fields;
  const changed = (
    index: number,
    { offset }: { readonly offset: number },
    value: number,
  ): string => {
    const bytes = buildElf(MACHINES.x86_64);
    const at = AT.segments + index * Elf64_Phdr.size + offset;
    const old = Number(
      new DataView(bytes.buffer).getUint32(at + 4, LITTLE_ENDIAN),
    );
    setU64(bytes, at, offset === 0 ? value + old * 2 ** 32 : value);
    return refusal(bytes);
  };
  assert.equal(refusal(buildElf(MACHINES.x86_64), BASE + 0x1000), ALIGNMENT);
  assert.equal(changed(5, p_align, 2 ** 21), ALIGNMENT);
  assert.equal(changed(0, p_type, PT.NULL), "it has not one segment of type 6");
  assert.equal(changed(1, p_type, PT.NULL), "it has not one segment of type 3");
  assert.equal(changed(4, p_type, PT.NULL), "it has not one segment of type 2");
  assert.equal(
    changed(6, p_type, 0x65041580),
    "a segment of type 0x65041580 is not known",
  );
  assert.equal(changed(3, p_filesz, 0x4000), "a segment does not fit");
  assert.equal(changed(3, p_vaddr, 0x11008), "a segment does not fit");
  assert.equal(changed(3, p_vaddr, 0), "a segment does not fit");
  assert.equal(changed(2, p_filesz, 0x999), "nothing");
  assert.equal(changed(3, p_offset, 0x10000), "a segment does not fit");
  assert.equal(
    changed(4, p_offset, 0x1010),
    "its dynamic section is not where it is loaded from",
  );
});

const ALIGNMENT = "the base is not aligned for it";

Deno.test("prelink() refuses segments that overlap", () => {
  const { p_vaddr, p_offset, p_filesz, p_memsz } = Elf64_Phdr.fields;
  const bytes = buildElf(MACHINES.x86_64);
  const second = AT.segments + 3 * Elf64_Phdr.size;
  const first = AT.segments + 2 * Elf64_Phdr.size;
  setU64(bytes, first + p_memsz.offset, 0x11001);
  assert.equal(refusal(bytes), "segments overlap");
  setU64(bytes, first + p_memsz.offset, 0x1000);
  setU64(bytes, second + p_vaddr.offset, 0x10f00);
  setU64(bytes, second + p_offset.offset, 0xf00);
  setU64(bytes, second + p_filesz.offset, 0x300);
  assert.equal(refusal(bytes), "segments overlap");
});

Deno.test("prelink() refuses symbols that it does not understand", () => {
  const changed = (index: number, section: number, value: number): string => {
    const bytes = buildElf(MACHINES.aarch64);
    const at = AT.symbols + index * Elf64_Sym.size;
    new DataView(bytes.buffer).setUint16(at + 6, section, LITTLE_ENDIAN);
    setU64(bytes, at + 8, value);
    return refusal(bytes);
  };
  assert.equal(changed(1, 0, 8), "a foreign symbol has a value");
  assert.equal(changed(2, 0xfff2, 8), "a symbol is of no section");
  assert.equal(changed(2, 0xffff, 8), "a symbol is of no section");
});

Deno.test("prelink() refuses a file that is cut off, wherever that is", () => {
  const whole = buildElf(MACHINES.x86_64);
  const end = AT.sectionSymbols + 5 * Elf64_Sym.size;
  for (let length = 0; length < end; length += 8) {
    assert.throws(() => prelink(whole.slice(0, length), BASE), `${length}`);
  }
  prelink(whole.slice(0, end), BASE);
});
