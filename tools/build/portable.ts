/**
 * Assembles the portable executable: a shell script that unpacks what follows
 * it, Deno and the files of the program. `header.sh` is the script.
 *
 * @module
 */
import { DESCRIPTOR_WORD } from "../../ffi/waiter/waiter.ts";
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

/** The same of what is no text. */
interface PortableFileBytes {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Its permissions, as chmod(1) takes them. */
  readonly mode: string;
}

/** What goes into a portable executable. */
export interface PortableParts {
  /** The text of header.sh. */
  readonly header: string;
  /** Deno, compressed by gzip. */
  readonly program: Uint8Array;
  /** The files of the program, with `main.js`, `prelink.js` and `warm_up.js`. */
  readonly scripts: readonly PortableFileText[];
  /** The executable that waits for `run -d`. */
  readonly waiter: Uint8Array<ArrayBuffer>;
  /** Compresses by gzip. */
  gzip(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array>;
  /** Where root's copy is unpacked unless told otherwise. */
  readonly rootBase: string;
  /** For the comment on the file's second line. */
  readonly version: string;
  /** Deno's version, for the same comment. */
  readonly denoVersion: string;
  /** The architecture Deno is built for. */
  readonly arch: string;
}

/** Digits of an offset in the header: its length must not depend on them. */
const OFFSET_DIGITS = 10;

const PLACEHOLDER = /@([A-Z_]+)@/g;

/** Names that mean one word, and themselves, to a shell. */
const PLAIN_NAME = /^[A-Za-z0-9_][\w.-]*$/;

/**
 * Puts the parts together.
 *
 * @returns The bytes of the executable, the same for the same parts.
 * @throws {TypeError} If the header names a placeholder that is not known, or
 * if a file's name is not plain.
 */
export async function portableExecutable(
  parts: PortableParts,
): Promise<Uint8Array<ArrayBuffer>> {
  const files: PortableFileBytes[] = [
    ...parts.scripts.map(({ name, text }) => {
      const bytes = new TextEncoder().encode(text);
      return { name, bytes, mode: "0444" };
    }),
    { name: "waiter", bytes: parts.waiter, mode: "0555" },
  ];
  const scripts = await parts.gzip(concat(files.map(({ bytes }) => bytes)));
  const payload = concat([parts.program, scripts]);
  const fill = (headerLength: number): Uint8Array => {
    const programStart = headerLength + 1; // tail counts bytes from 1
    return new TextEncoder().encode(fillIn(parts.header, {
      VERSION: parts.version,
      DENO: parts.denoVersion,
      ARCH: parts.arch,
      ROOT_BASE: parts.rootBase,
      DIGEST: digest,
      RUN_FLAGS: BUNDLE_RUN_FLAGS.join(" "),
      QUICK_COMMANDS: QUICK_COMMANDS.join(" | "),
      DESCRIPTOR_WORD,
      QUICK_TUNABLES,
      PROGRAM_OFFSET: pad(programStart),
      PROGRAM_LENGTH: pad(parts.program.length),
      SCRIPTS_OFFSET: pad(programStart + parts.program.length),
      SCRIPTS_LENGTH: pad(scripts.length),
      SCRIPT_NAMES: files.map(({ name }) => name).join(" "),
      CUT_SCRIPTS: cutLines(files),
    }));
  };
  const digest = hex(await crypto.subtle.digest("SHA-256", payload));
  return concat([fill(fill(0).length), payload]);
}

/** The header's commands that cut the files out of their concatenation. */
function cutLines(files: readonly PortableFileBytes[]): string {
  let start = 1; // tail counts bytes from 1
  const lines = files.map(({ name, mode, bytes: { length } }) => {
    if (!PLAIN_NAME.test(name)) throw new TypeError(`Not plain: "${name}"`);
    const line = `cut_script ${name} ${mode} ${start} ${length}`;
    start += length;
    return line;
  });
  return lines.join("\n  ");
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
