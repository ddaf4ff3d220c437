/**
 * Asking for a name and a password.
 *
 * @module
 */
import { enterRawMode } from "../runtime/stdio/raw_terminal.ts";
import type { CommandContext } from "./context.ts";
import { ExitError } from "./errors.ts";

/** Reads what there is of stdin. */
export type Read = (buffer: Uint8Array) => number | null;

/** 128 + SIGINT, as a program that was interrupted. */
const INTERRUPTED = 130;
const END_OF_TRANSMISSION = "\x04";
const INTERRUPT = "\x03";
const ERASE = ["\x7f", "\b"];
/** Nobody types more; a stream that never ends is not read for ever. */
const MAX_CHARACTERS = 64 * 1024;

const readStdin: Read = (buffer) => Deno.stdin.readSync(buffer);

/** Asks on stderr and reads a line of stdin. Blocks. */
export function askLine(
  question: string,
  { stderr }: Pick<CommandContext, "stderr">,
  read: Read = readStdin,
): string {
  stderr.write(question);
  let line = "";
  for (const character of characters(read)) {
    if (character === "\n") break;
    line += character;
  }
  return line.trim();
}

/**
 * As {@linkcode askLine}, without showing what is typed.
 *
 * @throws {ExitError} If it is interrupted; the terminal is as before then.
 */
export function askSecret(
  question: string,
  { stderr }: Pick<CommandContext, "stderr">,
  read: Read = readStdin,
): string {
  stderr.write(question);
  const STDIN = 0;
  using _raw = enterRawMode(STDIN);
  const secret: string[] = [];
  for (const character of characters(read)) {
    if (character === "\r" || character === "\n") break;
    if (character === END_OF_TRANSMISSION) break;
    if (character === INTERRUPT) {
      stderr.write("\r\n");
      throw new ExitError(INTERRUPTED, "Interrupted");
    }
    if (ERASE.includes(character)) secret.pop();
    else secret.push(character);
  }
  stderr.write("\r\n");
  return secret.join("");
}

/** Everything that can be read, such as a file with a password. */
export function readAll(read: Read = readStdin): string {
  return [...characters(read)].join("");
}

function* characters(read: Read): Generator<string> {
  const decoder = new TextDecoder();
  // One byte at a time: what follows the line belongs to who reads next.
  const buffer = new Uint8Array(1);
  for (let count = 0; count < MAX_CHARACTERS; count++) {
    if (!read(buffer)) return;
    yield* decoder.decode(buffer, { stream: true });
  }
}
