/**
 * The Deno that runs these tests is large and real: what `prelink_test.ts`
 * shows of small files holds for it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  DT,
  Elf64_Dyn,
  Elf64_Ehdr,
  Elf64_Phdr,
  Elf64_Rela,
  ET,
  PT,
} from "../../../../../../tools/build/payload/prelink/elf_structs.ts";
import { prelinkFile } from "../../../../../../tools/build/payload/prelink/prelink_file.ts";
import { randomBase } from "../../../../../../tools/build/payload/prelink/random_base.ts";
import { RELOCATION_TYPES } from "../../../../../../tools/build/payload/prelink/relocation_types.ts";
import { namesIn } from "../../../../../support/portable_file.ts";

/** A directory of its own, gone when disposed of. */
async function place(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await Deno.makeTempDir();
  return {
    path,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** What the loader finds in a file. */
interface Found {
  readonly type: number;
  readonly machine: number;
  readonly base: number;
  readonly dynamic: ReadonlyMap<number, number>;
  /** Types of all relocations. */
  readonly relocations: ReadonlySet<number>;
}

/** Reads a file anew, by its headers alone. */
async function inspect(path: string): Promise<Found> {
  const bytes = await Deno.readFile(path);
  const header = Elf64_Ehdr.decode(bytes);
  const segments = Array.from({ length: header.e_phnum }, (_, index) => {
    const at = Number(header.e_phoff) + index * Elf64_Phdr.size;
    return Elf64_Phdr.decode(bytes.subarray(at));
  });
  const loaded = segments.filter(({ p_type }) => p_type === PT.LOAD);
  const offsetOf = (address: number): number => {
    const found = loaded.find(({ p_vaddr, p_filesz }) =>
      address >= p_vaddr && address < p_vaddr + p_filesz
    );
    assert.ok(found !== undefined, address.toString(16));
    return address - Number(found.p_vaddr) + Number(found.p_offset);
  };
  const section = segments.find(({ p_type }) => p_type === PT.DYNAMIC);
  const dynamic = new Map<number, number>();
  for (let at = offsetOf(Number(section?.p_vaddr));; at += Elf64_Dyn.size) {
    const { d_tag, d_un } = Elf64_Dyn.decode(bytes.subarray(at));
    if (d_tag === 0n) break;
    dynamic.set(Number(d_tag), Number(d_un));
  }
  const get = (tag: number): number => dynamic.get(tag) ?? NaN;
  const types = (start: number, length: number): number[] =>
    Array.from({ length: length / Elf64_Rela.size }, (_, index) => {
      const at = offsetOf(start) + index * Elf64_Rela.size;
      const { r_offset, r_info_type } = Elf64_Rela.decode(bytes.subarray(at));
      offsetOf(Number(r_offset)); // is somewhere
      return r_info_type;
    });
  return {
    type: header.e_type,
    machine: header.e_machine,
    base: Number(loaded[0]?.p_vaddr),
    dynamic,
    relocations: new Set([
      ...types(get(DT.RELA), get(DT.RELASZ)),
      ...types(get(DT.JMPREL), get(DT.PLTRELSZ)),
    ]),
  };
}

Deno.test("prelinkFile() makes this Deno one that has fewer pointers to write", async () => {
  await using directory = await place();
  const path = `${directory.path}/deno`;
  const version = await run(Deno.execPath(), ["--version"]);
  for (let round = 0; round < 2; round++) {
    await Deno.copyFile(Deno.execPath(), path);
    await Deno.chmod(path, 0o551);
    const base = randomBase(Deno.build.arch);
    await prelinkFile(path, base);
    assert.deepEqual(await namesIn(directory.path), ["deno"]);
    assert.equal(((await Deno.stat(path)).mode ?? 0) & 0o7777, 0o551);
    const found = await inspect(path);
    assert.equal(found.type, ET.EXEC);
    assert.equal(found.base, base);
    assert.equal(found.dynamic.get(DT.RELACOUNT), 0);
    const types = RELOCATION_TYPES.get(found.machine);
    assert.ok(types !== undefined && found.relocations.size > 0);
    assert.ok(!found.relocations.has(types.relative));
    assert.equal(await run(path, ["--version"]), version);
    // It is where it was told to be.
    const script = 'console.log(Deno.readTextFileSync("/proc/self/maps"))';
    const maps = await run(path, ["eval", "--no-config", script]);
    const line = maps.split("\n").find((line) => line.endsWith(path));
    assert.equal(line?.split("-")[0], base.toString(16).padStart(8, "0"));
    await Deno.remove(path);
  }
});

async function run(path: string, args: readonly string[]): Promise<string> {
  const { code, stdout } = await new Deno.Command(path, {
    args: [...args],
    stdin: "null",
  }).output();
  assert.equal(code, 0);
  return new TextDecoder().decode(stdout);
}

Deno.test("prelinkFile() leaves what it does not understand as it is", async () => {
  await using directory = await place();
  const path = `${directory.path}/program`;
  await Deno.writeTextFile(path, "#!/bin/sh\necho 1\n", { mode: 0o755 });
  const { ino } = await Deno.stat(path);
  await assert.rejects(prelinkFile(path, 2 ** 32), {
    message: `Cannot prelink "${path}"`,
  });
  assert.equal((await Deno.stat(path)).ino, ino);
  assert.deepEqual(await namesIn(directory.path), ["program"]);
});

Deno.test("prelinkFile() leaves a file as it is if the new one does not run", async () => {
  await using directory = await place();
  const path = `${directory.path}/deno`;
  await Deno.copyFile(Deno.execPath(), path);
  const { ino } = await Deno.stat(path);
  // The kernel's half: nothing can be there.
  await assert.rejects(prelinkFile(path, 2 ** 48), ({ cause }) => {
    assert.ok(cause instanceof Error);
    assert.match(cause.message, /\.prelinked" ends by SIG[A-Z]+$|os error/);
    return true;
  });
  assert.equal((await Deno.stat(path)).ino, ino);
  assert.deepEqual(await namesIn(directory.path), ["deno"]);
});
