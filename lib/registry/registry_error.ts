/**
 * What a registry answers when it will not do as it was asked.
 *
 * @module
 * @see distribution-spec 1.1, "Error Codes"
 */
import { type ErrorDetails, TsdockerError } from "../base/errors.ts";

/** A refusal; {@linkcode RegistryError.status} decides what callers make of it. */
export class RegistryError extends TsdockerError {
  /**
   * @param status Of HTTP; 0 if there was no answer at all.
   * @param code The registry's own word, such as `MANIFEST_UNKNOWN`.
   */
  constructor(
    readonly status: number,
    readonly code: string | undefined,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details);
  }
}

/** The first error of a registry's answer. */
export interface RefusalReason {
  readonly code?: string;
  readonly message?: string;
}

/** More of an answer than this says nothing new. */
const SHOWN_CHARACTERS = 300;

/**
 * Reads the body of a refusal. Whatever it is, it does not throw: the status
 * says enough.
 *
 * @param text The body, or the beginning of it.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const body = '{"errors":[{"code":"DENIED","message":"not yours"}]}';
 * assert.deepEqual(readRefusal(body), { code: "DENIED", message: "not yours" });
 * assert.deepEqual(readRefusal("<html>"), {});
 * ```
 */
export function readRefusal(text: string): RefusalReason {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    // A page of a proxy in between.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
  const errors = memberOf(body, "errors");
  const first = Array.isArray(errors) ? errors[0] : body;
  const code = textOf(memberOf(first, "code"));
  const message = textOf(memberOf(first, "message")) ??
    textOf(memberOf(first, "details"));
  return {
    ...(code === undefined ? {} : { code }),
    ...(message === undefined ? {} : { message }),
  };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null &&
      Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== ""
    ? value.slice(0, SHOWN_CHARACTERS)
    : undefined;
}
