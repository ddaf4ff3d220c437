/**
 * Identifiers of containers and the names people know them by.
 *
 * @module
 */
import { getrandom } from "../../ffi/calls/random.ts";
import { ADJECTIVES, SURNAMES } from "./name_words.ts";

/** A container's identifier: 64 lower-case hex digits. */
export type ContainerId = string & { readonly __brand: "ContainerId" };

const ID_BYTES = 32;
const SHORT_LENGTH = 12;
const FULL_ID = /^[0-9a-f]{64}$/;
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/;

/**
 * Makes a random identifier.
 *
 * Its short form is never all digits, because such a host name looks like an
 * address to some programs.
 *
 * @param draw Gives as many random bytes as it is asked for.
 */
export function createContainerId(
  draw: (size: number) => Uint8Array = getrandom,
): ContainerId {
  for (;;) {
    const id = draw(ID_BYTES).toHex();
    if (/[a-f]/.test(id.slice(0, SHORT_LENGTH))) return id as ContainerId;
  }
}

/** Whether a text is a full identifier. */
export function isContainerId(text: string): text is ContainerId {
  return FULL_ID.test(text);
}

/** The first twelve digits, as tables and host names show them. */
export function shortId(id: ContainerId): string {
  return id.slice(0, SHORT_LENGTH);
}

/**
 * Whether a container may have this name. Unlike docker, one letter suffices.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.ok(isContainerName("web-1"));
 * assert.ok(!isContainerName("../web"));
 * ```
 */
export function isContainerName(text: string): boolean {
  return NAME.test(text);
}

/**
 * Makes up a name, `adjective_surname`. Names repeat after some thousands: the
 * caller claims one and asks again if it is taken.
 */
export function generateContainerName(): string {
  return `${pick(ADJECTIVES)}_${pick(SURNAMES)}`;
}

function pick(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] ?? "";
}
