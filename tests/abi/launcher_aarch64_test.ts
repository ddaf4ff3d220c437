/**
 * The launcher's code for aarch64, run in QEMU. QEMU's user mode has no clone3,
 * so the child's path is run with a call in its place that returns 0, as clone3
 * does in the child: everything but the kernel's own part.
 *
 * @module
 */
import assert from "node:assert/strict";
import { AARCH64 } from "../../ffi/arch/aarch64.ts";
import { ERRNO, type ErrnoName } from "../../ffi/constants/errno.ts";
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";
import { LAUNCHER } from "../../ffi/launcher/bytes.ts";
import type { SyscallName } from "../../ffi/arch/arch.ts";
import { defineStruct } from "../../ffi/struct.ts";

const BASE = 0x400000;
const CODE = BASE + 0x1000;
const DATA = BASE + 0x2000;
const RESULT = 40;
const STATUS = 72;
const CELLS = 96;
const RECORDS = 256;
const STRINGS = 1536;
const ACTION = 3000;
const BEFORE = 3100;
const SIGACTION_BYTES = 32;
const SIGKILL = 9;
const SIGTERM = 15;
/** What each entry is called with. */
const ARGUMENTS = {
  batch: [DATA + RECORDS, DATA + STATUS],
  launch: [DATA + 3000, 88, DATA + RECORDS, DATA + STATUS],
  handle: [DATA + STRINGS, 3, DATA + ACTION, DATA + BEFORE],
  onsignal: [SIGTERM],
} as const;
const HARNESS = new URL(
  "../fixtures/ffi/launcher_harness_aarch64.s",
  import.meta.url,
).pathname;
const TOOLS = [
  "aarch64-linux-gnu-as",
  "aarch64-linux-gnu-objcopy",
  "qemu-aarch64",
];

const RECORD = defineStruct("struct record", "x86_64.s", {
  nr: "u32",
  flags: "u32",
  a0: "u64",
  a1: "u64",
  a2: "u64",
  a3: "u64",
  a4: "u64",
  a5: "u64",
  out: "u64",
  tolerate: "u8[8]",
});

const missing = TOOLS.find((tool) =>
  !(Deno.env.get("PATH") ?? "").split(":").some((path) => {
    try {
      return Deno.statSync(`${path}/${tool}`).isFile;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  })
);

type Entry = keyof typeof ARGUMENTS;

interface Call {
  readonly call: SyscallName;
  /** A number, a string, or the name of an earlier call. */
  readonly args: readonly (number | string | { readonly cell: number })[];
  readonly tolerate?: readonly ErrnoName[];
}

/** Lays calls out in the harness's data, results in cells by their places. */
function layOut(entry: Entry, calls: readonly Call[]): Uint8Array {
  const data = new Uint8Array(0x1000);
  const view = new DataView(data.buffer);
  let text = STRINGS;
  const place = (string: string): number => {
    const address = DATA + text;
    text += new TextEncoder().encodeInto(`${string}\0`, data.subarray(text))
      .written;
    return address;
  };
  for (const [index, { call, args, tolerate = [] }] of calls.entries()) {
    let flags = 0;
    const values = args.map((argument, position) => {
      if (typeof argument === "string") return BigInt(place(argument));
      if (typeof argument === "number") return BigInt(argument);
      flags |= 1 << position;
      return BigInt(DATA + CELLS + argument.cell * 8);
    });
    const [a0 = 0n, a1 = 0n, a2 = 0n, a3 = 0n, a4 = 0n, a5 = 0n] = values;
    data.set(
      RECORD.encode({
        nr: AARCH64[call],
        flags,
        ...{ a0, a1, a2, a3, a4, a5 },
        out: BigInt(DATA + CELLS + index * 8),
        tolerate: Uint8Array.from(tolerate.map((name) => ERRNO[name])),
      }),
      RECORDS + index * RECORD.size,
    );
  }
  const end = RECORDS + calls.length * RECORD.size;
  assert.ok(end + 4 <= STRINGS && text <= data.length, "it fits");
  view.setUint32(end, 0xffff_ffff, LITTLE_ENDIAN);
  const words = [
    CODE + LAUNCHER.aarch64.symbols[entry],
    ...ARGUMENTS[entry],
  ];
  for (const [index, word] of words.entries()) {
    view.setBigUint64(index * 8, BigInt(word), LITTLE_ENDIAN);
  }
  return data;
}

/** Makes clone3 another system call, one that takes any arguments. */
function patchClone3(code: Uint8Array, other: number): Uint8Array {
  const MOV_X8 = 0xd2800008;
  const view = new DataView(code.buffer);
  const instruction = (number: number): number => (MOV_X8 | number << 5) >>> 0;
  for (let offset = 0; offset < code.length; offset += 4) {
    const found = view.getUint32(offset, LITTLE_ENDIAN);
    if (found !== instruction(AARCH64.clone3)) continue;
    view.setUint32(offset, instruction(other), LITTLE_ENDIAN);
    return code;
  }
  throw new Error("No clone3 in the code");
}

async function emulate(
  data: Uint8Array,
  code: Uint8Array = Uint8Array.fromHex(LAUNCHER.aarch64.hex),
): Promise<{ status: number; output: Uint8Array }> {
  const folder = await Deno.makeTempDir();
  const run = async (
    command: string,
    args: string[],
  ): Promise<Deno.CommandOutput> =>
    await new Deno.Command(command, { args, cwd: folder }).output();
  try {
    await Deno.writeFile(`${folder}/code.bin`, code);
    await Deno.writeFile(`${folder}/data.bin`, data);
    const [assembler = "", objcopy = "", emulator = ""] = TOOLS;
    const assembled = await run(assembler, [
      "-I",
      ".",
      "-o",
      "object",
      HARNESS,
    ]);
    assert.ok(assembled.success, new TextDecoder().decode(assembled.stderr));
    const binary = ["-O", "binary", "-j", ".text", "object", "program"];
    assert.ok((await run(objcopy, binary)).success);
    await Deno.chmod(`${folder}/program`, 0o755);
    const { code: status, stdout } = await run(emulator, ["./program"]);
    return { status, output: stdout };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the harness wrote after the launcher's code had returned. */
function read(output: Uint8Array): {
  readonly result: bigint;
  readonly record: number;
  readonly errno: number;
  readonly cells: bigint[];
} {
  assert.equal(output.length, 0x1000);
  const view = new DataView(output.buffer, output.byteOffset);
  const word = (offset: number): bigint =>
    view.getBigInt64(offset, LITTLE_ENDIAN);
  const saved = [8, 16, 24].map((offset) => word(RESULT + offset));
  assert.deepEqual(saved, [1901n, 2002n, 2103n], "saved registers");
  const record = Number(word(STATUS));
  return {
    result: word(RESULT),
    record: record === 0 ? -1 : (record - DATA - RECORDS) / RECORD.size,
    errno: Number(word(STATUS + 8)),
    cells: Array.from({ length: 16 }, (_, index) => word(CELLS + index * 8)),
  };
}

function emulatedTest(claim: string, body: () => Promise<void>): void {
  const name = `launcher code for aarch64 ${claim}`;
  Deno.test({
    name: missing === undefined ? name : `${name} (skipped: needs ${missing})`,
    ignore: missing !== undefined,
    fn: body,
  });
}

const MISSING: Call = { call: "chdir", args: ["/nonexistent"] };

emulatedTest("makes calls in order, with results in cells", async () => {
  const { output } = await emulate(layOut("batch", [
    { call: "getpid", args: [] },
    { call: "kill", args: [{ cell: 0 }, 0] },
  ]));
  const { result, record, cells } = read(output);
  assert.equal(result, 0n);
  assert.equal(record, -1);
  assert.ok((cells[0] ?? 0n) > 0n);
  assert.equal(cells[1], 0n);
});

const MMAP = { arguments: [0, 4096, 1, 2, 0, 8192], fd: 4 } as const;

for (const place of [0, 1, 2, 3, 4, 5]) {
  emulatedTest(`loads argument ${place} alone from a cell`, async () => {
    // Standard input, descriptor 0, is no file to map: 5 is one, opened twice.
    const open: Call = { call: "openat", args: [-100, "/proc/self/exe", 0] };
    const FILE = 5;
    const args = MMAP.arguments.map((value, index) =>
      index === MMAP.fd ? FILE : value
    );
    const { output } = await emulate(layOut("batch", [
      open,
      { call: "dup3", args: [{ cell: 0 }, FILE, 0] },
      { call: "lseek", args: [FILE, args[place] ?? 0, 0] },
      {
        call: "mmap",
        args: args.map((value, index) => index === place ? { cell: 2 } : value),
      },
      { call: "munmap", args: [{ cell: 3 }, 4096] },
    ]));
    const { result, cells } = read(output);
    assert.equal(result, 0n, `${cells}`);
    assert.ok((cells[3] ?? 0n) > 4096n);
  });
}

emulatedTest("stops at the failing record", async () => {
  const { output } = await emulate(layOut("batch", [
    { call: "getpid", args: [] },
    { ...MISSING, tolerate: ["EPERM", "EACCES"] },
    { call: "getpid", args: [] },
  ]));
  const { result, record, errno, cells } = read(output);
  assert.equal(result, 1n);
  assert.equal(record, 1);
  assert.equal(errno, ERRNO.ENOENT);
  assert.equal(cells[1], -BigInt(ERRNO.ENOENT));
  assert.equal(cells[2], 0n);
});

for (const place of [0, 3, 7]) {
  emulatedTest(`tolerates the error in place ${place}`, async () => {
    const tolerate = Array.from(
      { length: 8 },
      (_, index): ErrnoName => index === place ? "ENOENT" : "EPERM",
    );
    const { output } = await emulate(layOut("batch", [
      { ...MISSING, tolerate },
      { call: "getpid", args: [] },
    ]));
    const { result, record, cells } = read(output);
    assert.equal(result, 0n);
    assert.equal(record, -1);
    assert.ok((cells[1] ?? 0n) > 0n);
  });
}

emulatedTest("returns clone3's error", async () => {
  const { output } = await emulate(layOut("launch", [MISSING]));
  assert.equal(read(output).result, -BigInt(ERRNO.ENOSYS));
});

emulatedTest("returns clone3's pid to the parent", async () => {
  const code = Uint8Array.fromHex(LAUNCHER.aarch64.hex);
  const { output } = await emulate(
    layOut("launch", [MISSING]),
    patchClone3(code, AARCH64.getpid),
  );
  const { result, record, cells } = read(output);
  assert.ok(result > 0n);
  assert.equal(record, -1);
  assert.equal(cells[0], 0n, "the parent makes no call");
});

/** The child's path: a call that returns 0 stands for clone3. */
async function asChild(
  calls: readonly Call[],
): Promise<{ status: number; text: string }> {
  const code = Uint8Array.fromHex(LAUNCHER.aarch64.hex);
  const { status, output } = await emulate(
    layOut("launch", calls),
    patchClone3(code, SCHED_YIELD),
  );
  return { status, text: new TextDecoder().decode(output) };
}

/** sched_yield(2) ignores its registers and returns 0. */
const SCHED_YIELD = 124;

emulatedTest("walks the records in the child", async () => {
  const { status, text } = await asChild([
    { call: "getpid", args: [] },
    { ...MISSING, tolerate: ["ENOENT"] },
    { call: "kill", args: [{ cell: 0 }, 0] },
    { call: "write", args: [1, "child\n", 6] },
    { call: "exit_group", args: [42] },
  ]);
  assert.equal(text, "child\n");
  assert.equal(status, 42);
});

emulatedTest("ends a child that fails with 127", async () => {
  const { status, text } = await asChild([
    MISSING,
    { call: "write", args: [1, "child\n", 6] },
  ]);
  assert.equal(text, "");
  assert.equal(status, 127);
});

emulatedTest("ends a child whose records end with 127", async () => {
  const { status } = await asChild([{ ...MISSING, tolerate: ["ENOENT"] }]);
  assert.equal(status, 127);
});

emulatedTest("writes a signal's number to the patched descriptor", async () => {
  const code = Uint8Array.fromHex(LAUNCHER.aarch64.hex);
  const STDOUT = 1;
  new DataView(code.buffer)
    .setInt32(LAUNCHER.aarch64.symbols.signal_fd, STDOUT, LITTLE_ENDIAN);
  const { output } = await emulate(layOut("onsignal", []), code);
  assert.equal(output[0], SIGTERM);
  read(output.slice(1));
});

emulatedTest("handles signals up to the first that cannot be", async () => {
  const SIG_IGN = 1n;
  const data = layOut("handle", []);
  data.set([SIGTERM, SIGTERM, SIGKILL], STRINGS);
  const view = new DataView(data.buffer);
  view.setBigUint64(ACTION, SIG_IGN, LITTLE_ENDIAN);
  const { output } = await emulate(data);
  assert.equal(read(output).result, 2n);
  const after = new DataView(output.buffer, output.byteOffset);
  const handlers = [0, 1, 2].map((index) =>
    after.getBigUint64(BEFORE + index * SIGACTION_BYTES, LITTLE_ENDIAN)
  );
  assert.deepEqual(handlers, [0n, SIG_IGN, 0n], "the second is the first's");
});
