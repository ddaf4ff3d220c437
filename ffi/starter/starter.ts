/**
 * The program at the beginning of the portable file: what it does is told in
 * x86_64.s. The build puts it there.
 *
 * @module
 */
import { ARCH, type Arch } from "../arch/arch.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { STARTER } from "./bytes.ts";

/** What the starter has to know. No string has a NUL in it. */
export interface StarterTable {
  /** The words that choose a layout of their own; all others choose `main`. */
  readonly quickCommands: readonly string[];
  /** Where root's copy is unpacked unless told otherwise. */
  readonly rootBase: string;
  /** The name of the directory there. */
  readonly digest: string;
  /** What Deno is given before the path of a layout. */
  readonly flags: readonly string[];
  /** A variable for `exec` and `run`, detached or not, as `NAME=VALUE`. */
  readonly quickVariable: string;
  /** The shell's script that unpacks the file. */
  readonly script: string;
}

/** All that is put before the caller's words has to fit into `ROOM`. */
const MAX_FLAGS = 32;

/** The table's last string. A file that was cut short has zeros there at most. */
const END = "end";

/** Where the size of the first segment is in an ELF file whose headers touch. */
const P_FILESZ = 64 + 32;

/**
 * The starter, a static ELF executable, with the table it reads.
 *
 * Whatever follows may begin right behind it. It executes `tsdocker` in the
 * directory of the digest, or the script if it is not unpacked there. If
 * neither can be executed it exits with 125.
 *
 * @returns Its bytes, a NUL last.
 * @throws {RangeError} If the script does not fit into the starter's segment, or
 * the flags not into what it has put by on its stack.
 * @throws {TypeError} If a string has a NUL in it.
 */
export function starterProgram(
  table: StarterTable,
  arch: Arch = ARCH,
): Uint8Array<ArrayBuffer> {
  if (table.flags.length > MAX_FLAGS) {
    throw new RangeError(`The starter takes ${MAX_FLAGS} flags`);
  }
  const strings = [
    ...table.quickCommands,
    "",
    table.rootBase,
    table.digest,
    ...table.flags.toReversed(), // it begins with the last
    "",
    table.quickVariable,
    table.script,
    END,
  ];
  if (strings.some((text) => text.includes("\0"))) {
    throw new TypeError("A string of the starter has a NUL in it");
  }
  const text = strings.map((text) => `${text}\0`).join("");
  const program = Uint8Array.fromHex(STARTER[arch].hex);
  const bytes = new Uint8Array(
    [...program, ...new TextEncoder().encode(text)],
  );
  const room = new DataView(program.buffer).getUint32(P_FILESZ, LITTLE_ENDIAN);
  if (bytes.length > room) {
    throw new RangeError(`The starter has ${bytes.length} bytes, not ${room}`);
  }
  return bytes;
}
