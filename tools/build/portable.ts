/**
 * Assembles the portable executable: a shell script that unpacks what follows
 * it, Deno and the program. `header.sh` is the script.
 *
 * @module
 */
import { BUNDLE_RUN_FLAGS } from "../../lib/runtime/launch/self_invocation.ts";

/** What goes into a portable executable. */
export interface PortableParts {
  /** The text of header.sh. */
  readonly header: string;
  /** Deno, compressed by gzip. */
  readonly program: Uint8Array;
  /** The bundle, compressed by gzip. */
  readonly script: Uint8Array;
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

/**
 * Puts the parts together.
 *
 * @returns The bytes of the executable, the same for the same parts.
 * @throws {TypeError} If the header names a placeholder that is not known.
 */
export async function portableExecutable(
  parts: PortableParts,
): Promise<Uint8Array<ArrayBuffer>> {
  const payload = concat([parts.program, parts.script]);
  const fill = (headerLength: number): Uint8Array => {
    const programStart = headerLength + 1; // tail counts bytes from 1
    return new TextEncoder().encode(fillIn(parts.header, {
      VERSION: parts.version,
      DENO: parts.denoVersion,
      ARCH: parts.arch,
      ROOT_BASE: parts.rootBase,
      DIGEST: digest,
      RUN_FLAGS: BUNDLE_RUN_FLAGS.join(" "),
      PROGRAM_OFFSET: pad(programStart),
      PROGRAM_LENGTH: pad(parts.program.length),
      SCRIPT_OFFSET: pad(programStart + parts.program.length),
      SCRIPT_LENGTH: pad(parts.script.length),
    }));
  };
  const digest = hex(await crypto.subtle.digest("SHA-256", payload));
  return concat([fill(fill(0).length), payload]);
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
