/** @module */
import assert from "node:assert/strict";
import {
  HEADER_BYTES,
  parseProgramHeader,
  type ProgramHeader,
} from "../../../../lib/runtime/launch/program_header.ts";

const LITTLE_ENDIAN = true;
const BIG_ENDIAN = false;

function script(text: string): ProgramHeader {
  return parseProgramHeader(new TextEncoder().encode(text));
}

const SCRIPTS: readonly (readonly [
  text: string,
  interpreter: string,
  ending: "LF" | "CRLF",
])[] = [
  ["#!/bin/sh\necho\n", "/bin/sh", "LF"],
  ["#!/bin/sh", "/bin/sh", "LF"],
  ["#! /bin/sh -e\n", "/bin/sh", "LF"],
  ["#!\t/usr/bin/env  python3 -u\n", "/usr/bin/env", "LF"],
  ["#!/bin/sh  \n", "/bin/sh", "LF"],
  ["#!/bin/sh\r\necho\r\n", "/bin/sh", "CRLF"],
  ["#!/bin/sh -e\r\n", "/bin/sh", "CRLF"],
  ["#!/bin/sh\necho\r\n", "/bin/sh", "LF"],
  ["#!/bin/\u00fc\n", "/bin/\u00fc", "LF"],
  ["#!sh\n", "sh", "LF"],
  ["#!\n", "", "LF"],
  ["#!", "", "LF"],
  // The kernel takes a NUL for the end of the path.
  ["#!/bin/sh\0x -e\n", "/bin/sh", "LF"],
  ["#!\0\n", "", "LF"],
];

for (const [text, interpreter, ending] of SCRIPTS) {
  Deno.test(`parseProgramHeader() reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(script(text), {
      kind: "script",
      interpreter,
      hasCarriageReturn: ending === "CRLF",
    });
  });
}

for (const text of ["", "#", "\n#!/bin/sh", "echo hi\n", "\x7fEL", "MZ"]) {
  Deno.test(`parseProgramHeader() knows nothing of ${JSON.stringify(text)}`, () => {
    assert.deepEqual(script(text), { kind: "unknown" });
  });
}

interface Segment {
  readonly type: number;
  readonly offset?: bigint;
  readonly bytes?: bigint;
}

/** An ELF file as elf(5) lays it out, with its program headers right after. */
function elf64(machine: number, ...segments: Segment[]): Uint8Array {
  const bytes = new Uint8Array(64 + 56 * segments.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 3, LITTLE_ENDIAN);
  view.setUint16(18, machine, LITTLE_ENDIAN);
  view.setBigUint64(32, 64n, LITTLE_ENDIAN);
  view.setUint16(54, 56, LITTLE_ENDIAN);
  view.setUint16(56, segments.length, LITTLE_ENDIAN);
  segments.forEach(({ type, offset = 0n, bytes: length = 0n }, index) => {
    const at = 64 + 56 * index;
    view.setUint32(at, type, LITTLE_ENDIAN);
    view.setBigUint64(at + 8, offset, LITTLE_ENDIAN);
    view.setBigUint64(at + 32, length, LITTLE_ENDIAN);
  });
  return bytes;
}

const PT_LOAD = 1;
const PT_INTERP = 3;
const PT_PHDR = 6;

Deno.test("parseProgramHeader() finds the loader behind other segments", () => {
  const bytes = elf64(
    62,
    { type: PT_PHDR },
    { type: PT_INTERP, offset: 0x318n, bytes: 28n },
    { type: PT_LOAD },
  );
  assert.deepEqual(parseProgramHeader(bytes), {
    kind: "elf",
    machine: "x86_64",
    loader: { offset: 0x318, length: 28 },
  });
});

Deno.test("parseProgramHeader() finds no loader in a static program", () => {
  for (const segments of [[], [{ type: PT_LOAD }, { type: PT_PHDR }]]) {
    assert.deepEqual(parseProgramHeader(elf64(183, ...segments)), {
      kind: "elf",
      machine: "aarch64",
      loader: undefined,
    });
  }
});

const MACHINES = [
  [3, "i386"],
  [40, "arm"],
  [62, "x86_64"],
  [183, "aarch64"],
  [243, "riscv64"],
  [9999, "machine 9999"],
] as const;

for (const [number, machine] of MACHINES) {
  Deno.test(`parseProgramHeader() names machine ${number} ${machine}`, () => {
    const header = parseProgramHeader(elf64(number));
    assert.ok(header.kind === "elf");
    assert.equal(header.machine, machine);
  });
}

Deno.test("parseProgramHeader() looks for no loader in a 32-bit file", () => {
  const bytes = elf64(40, { type: PT_INTERP, bytes: 8n });
  bytes[4] = 1;
  assert.deepEqual(parseProgramHeader(bytes), {
    kind: "elf",
    machine: "arm",
    loader: undefined,
  });
});

Deno.test("parseProgramHeader() reads the machine of a big-endian file", () => {
  const bytes = elf64(0);
  bytes[5] = 2;
  new DataView(bytes.buffer).setUint16(18, 22, BIG_ENDIAN);
  assert.deepEqual(parseProgramHeader(bytes), {
    kind: "elf",
    machine: "s390x",
    loader: undefined,
  });
});

Deno.test("parseProgramHeader() survives being cut anywhere", () => {
  const whole = elf64(62, { type: PT_LOAD }, { type: PT_INTERP, bytes: 9n });
  for (let length = 0; length <= whole.length; length++) {
    const { kind } = parseProgramHeader(whole.subarray(0, length));
    assert.equal(kind, length < 20 ? "unknown" : "elf", `${length}`);
  }
  const { buffer } = new Uint8Array([0, ...whole]);
  const shifted = parseProgramHeader(new Uint8Array(buffer, 1));
  assert.deepEqual(
    shifted,
    parseProgramHeader(whole),
    "and anywhere in memory",
  );
});

Deno.test("parseProgramHeader() neither throws nor loops over hostile tables", () => {
  const max = 0xffff_ffff_ffff_ffffn;
  for (const table of [0n, 63n, 4095n, 1n << 53n, max - 8n, max]) {
    for (const entryBytes of [0, 1, 55, 56, 0xffff]) {
      const bytes = new Uint8Array(HEADER_BYTES);
      bytes.set(elf64(62, { type: PT_LOAD }));
      const view = new DataView(bytes.buffer);
      view.setBigUint64(32, table, LITTLE_ENDIAN);
      view.setUint16(54, entryBytes, LITTLE_ENDIAN);
      view.setUint16(56, 0xffff, LITTLE_ENDIAN);
      const started = performance.now();
      assert.equal(parseProgramHeader(bytes).kind, "elf");
      assert.ok(performance.now() - started < 1000);
    }
  }
});

Deno.test("parseProgramHeader() survives 20,000 random headers", () => {
  // A fixed sequence, so that a failure comes again.
  let state = 1;
  const random = (): number =>
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
  const bytes = new Uint8Array(256);
  for (let round = 0; round < 20_000; round++) {
    for (let at = 0; at < bytes.length; at++) bytes[at] = random() >>> 16;
    bytes.set(round % 2 === 0 ? [0x7f, 0x45, 0x4c, 0x46, 2, 1] : [0x23, 0x21]);
    bytes.fill(0, 33, 40);
    const { kind } = parseProgramHeader(bytes);
    assert.equal(kind, round % 2 === 0 ? "elf" : "script");
  }
});

Deno.test("parseProgramHeader() reads the program that runs this test", () => {
  using file = Deno.openSync(Deno.execPath());
  const bytes = new Uint8Array(HEADER_BYTES);
  file.readSync(bytes);
  const header = parseProgramHeader(bytes);
  assert.ok(header.kind === "elf" && header.loader !== undefined);
  assert.equal(header.machine, Deno.build.arch);
  file.seekSync(header.loader.offset, Deno.SeekMode.Start);
  const path = new Uint8Array(header.loader.length);
  file.readSync(path);
  assert.match(new TextDecoder().decode(path), /^\/lib.*\/ld-.*\0$/);
});
