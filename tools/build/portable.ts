/**
 * Assembles the portable executable: the starter, then Deno and the files of the
 * program. In the starter is the shell script that unpacks them, `unpack.sh`.
 *
 * @module
 */
import { starterProgram } from "../../ffi/starter/starter.ts";
import {
  BUNDLE_RUN_FLAGS,
  QUICK_COMMANDS,
  QUICK_TUNABLES,
} from "../../lib/runtime/launch/self_invocation.ts";

/** A file to be unpacked beside Deno. */
export interface PortableFileText {
  /** No shell would see more than one word in it. */
  readonly name: string;
  readonly text: string;
}

/** What goes into a portable executable. */
export interface PortableParts {
  /** The text of unpack.sh. */
  readonly unpack: string;
  /** Deno, compressed by gzip. */
  readonly program: Uint8Array;
  /** The files of the program, with `main.js`, `prelink.js` and `warm_up.js`. */
  readonly scripts: readonly PortableFileText[];
  /** Compresses by gzip. */
  gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  /** Where root's copy is unpacked unless told otherwise. */
  readonly rootBase: string;
  /** For the comment at the beginning of the script. */
  readonly version: string;
  /** Deno's version, for the same comment. */
  readonly denoVersion: string;
  /** The architecture Deno is built for. */
  readonly arch: string;
}

/** Digits of an offset in the script: its length must not depend on them. */
const OFFSET_DIGITS = 10;

const PLACEHOLDER = /@([A-Z_]+)@/g;

/** Names that mean one word, and themselves, to a shell. */
const PLAIN_NAME = /^[A-Za-z0-9_][\w.-]*$/;

/**
 * Puts the parts together.
 *
 * @returns The bytes of the executable, the same for the same parts.
 * @throws {TypeError} If the script names a placeholder that is not known, or
 * if a file's name is not plain.
 */
export async function portableExecutable(
  parts: PortableParts,
): Promise<Uint8Array<ArrayBuffer>> {
  const files = parts.scripts.map(({ name, text }) => {
    if (!PLAIN_NAME.test(name)) throw new TypeError(`Not plain: "${name}"`);
    return { name, bytes: new TextEncoder().encode(text) };
  });
  const scripts = await parts.gzip(concat(files.map(({ bytes }) => bytes)));
  const payload = concat([parts.program, scripts]);
  const digest = hex(await crypto.subtle.digest("SHA-256", payload));
  const starter = (starterLength: number): Uint8Array => {
    const programStart = starterLength + 1; // tail counts bytes from 1
    const script = fillIn(parts.unpack, {
      VERSION: parts.version,
      DENO: parts.denoVersion,
      ARCH: parts.arch,
      RUN_FLAGS: BUNDLE_RUN_FLAGS.join(" "),
      PROGRAM_OFFSET: pad(programStart),
      PROGRAM_LENGTH: pad(parts.program.length),
      SCRIPTS_OFFSET: pad(programStart + parts.program.length),
      SCRIPTS_LENGTH: pad(scripts.length),
      SCRIPTS: files.map(({ name, bytes }) => `${name}:${bytes.length}`)
        .join(" "),
    });
    return starterProgram({
      quickCommands: QUICK_COMMANDS,
      rootBase: parts.rootBase,
      digest,
      flags: BUNDLE_RUN_FLAGS,
      quickVariable: `GLIBC_TUNABLES=${QUICK_TUNABLES}`,
      script,
    });
  };
  return concat([starter(starter(0).length), payload]);
}

/** Replaces `@NAME@` by its value, everywhere. */
function fillIn(
  text: string,
  values: Readonly<Record<string, string>>,
): string {
  return text.replaceAll(PLACEHOLDER, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`No value for @${name}@`);
    return value;
  });
}

/** Spaces behind it: the shell skips them between words. */
function pad(value: number): string {
  return String(value).padEnd(OFFSET_DIGITS);
}

function hex(bytes: ArrayBuffer): string {
  return new Uint8Array(bytes).toHex();
}

function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(
    parts.reduce((length, part) => length + part.length, 0),
  );
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}
