/**
 * The child's part of a plan as JSON, for the pipe to a re-invoked init.
 *
 * @module
 */
import type { Symbolic } from "../../../ffi/record.ts";
import type { ChildStep } from "../plan/step.ts";
import type { Tracing } from "./container_process.ts";

/** What the re-invoked init is sent. */
export interface InitRequest {
  /** Namespaces to create; the pid namespace it is born into. */
  readonly unshare: Symbolic;
  readonly steps: readonly ChildStep[];
  /** Inherited descriptors and other results by name. */
  readonly results: readonly (readonly [name: string, value: number])[];
  readonly tracing: Tracing;
}

/** The request as UTF-8. */
export function encodeRequest(request: InitRequest): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(JSON.stringify(request, replace));
}

/** Reads a request back; it comes from ourselves and is not validated. */
export function decodeRequest(bytes: Uint8Array<ArrayBuffer>): InitRequest {
  return JSON.parse(new TextDecoder().decode(bytes), revive);
}

interface EncodedBytes {
  readonly base64: string;
}

interface EncodedBigInt {
  readonly bigint: string;
}

function replace(_key: string, value: unknown): unknown {
  if (value instanceof Uint8Array) {
    // Not as arguments of one call: a list of groups has 256 KiB.
    const characters = Array.from(value, (byte) => String.fromCharCode(byte));
    return { base64: btoa(characters.join("")) };
  }
  return typeof value === "bigint" ? { bigint: String(value) } : value;
}

function revive(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if ("base64" in value) {
    const text = atob((value as EncodedBytes).base64);
    return Uint8Array.from(text, (character) => character.charCodeAt(0));
  }
  return "bigint" in value ? BigInt((value as EncodedBigInt).bigint) : value;
}
