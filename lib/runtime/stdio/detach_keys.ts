/**
 * The keys that end a session and leave the container running.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";

/** Docker's: ctrl-p, ctrl-q. */
export const DEFAULT_DETACH_KEYS = Uint8Array.of(0x10, 0x11);

/**
 * The keys that a command line asks for, or docker's.
 *
 * @throws {UsageError} As {@linkcode parseDetachKeys} does.
 */
export function detachKeysOf(
  { detachKeys }: { readonly detachKeys?: string | undefined },
): Uint8Array {
  return detachKeys === undefined
    ? DEFAULT_DETACH_KEYS
    : parseDetachKeys(detachKeys);
}

/**
 * Reads keys as docker writes them: single characters and `ctrl-X`, separated
 * by commas; empty for none.
 *
 * @throws {UsageError} If a key is none of these.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual([...parseDetachKeys("ctrl-a,d")], [1, 100]);
 * ```
 */
export function parseDetachKeys(text: string): Uint8Array {
  if (text === "") return new Uint8Array(0);
  return Uint8Array.from(text.split(","), (key) => {
    const control = /^ctrl-([a-z@[\\\]^_])$/i.exec(key)?.[1];
    if (control !== undefined) {
      return control.toUpperCase().charCodeAt(0) - 0x40;
    }
    if (/^[\x20-\x7e]$/.test(key)) return key.charCodeAt(0);
    throw new UsageError(
      `invalid detach keys (${text}): Unknown character: '${key}'`,
      {
        advice: "single letters and ctrl-LETTER, such as ctrl-p,ctrl-q",
      },
    );
  });
}

/** Looks for the keys in what is typed. */
export class DetachKeys {
  readonly #keys: Uint8Array;
  #matched = 0;

  /** @param keys In this order; empty never matches. */
  constructor(keys: Uint8Array) {
    this.#keys = keys;
  }

  /**
   * Takes what was typed.
   *
   * @returns What is for the program: all but keys that may be the beginning of
   * the sequence, which follow once they are not.
   */
  push(
    bytes: Uint8Array,
  ): { readonly passed: Uint8Array; readonly isComplete: boolean } {
    const passed: number[] = [];
    for (const byte of bytes) {
      if (byte !== this.#keys[this.#matched]) {
        passed.push(...this.#keys.subarray(0, this.#matched));
        this.#matched = 0;
      }
      if (byte !== this.#keys[this.#matched]) {
        passed.push(byte);
        continue;
      }
      this.#matched++;
      if (this.#matched === this.#keys.length) {
        this.#matched = 0;
        return { passed: Uint8Array.from(passed), isComplete: true };
      }
    }
    return { passed: Uint8Array.from(passed), isComplete: false };
  }
}
