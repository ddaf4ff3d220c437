/**
 * Errors of connections in our own words. `fetch` puts whole addresses into
 * its own, which may hold what is as good as a password.
 *
 * @module
 */
import { RegistryError } from "./registry_error.ts";
import { PassingError } from "./retry.ts";

/** What `fetch` writes before the reason; all before it names the address. */
const BEFORE_REASON = /^.*client error \(\w+\)(?:: )?/s;
const ADDRESS = /\bhttps?:\/\/[^\s)]+/g;
const CERTIFICATE = /certificate/i;

/**
 * The reason of a connection's failure, without addresses.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const cause = new Error(
 *   "error sending request for url (https://a/?key=secret): " +
 *     "client error (Connect): tcp connect error: Connection refused (os error 111)",
 * );
 * const reason = reasonOf(new TypeError("fetch failed", { cause }));
 * assert.equal(reason, "tcp connect error: Connection refused (os error 111)");
 * ```
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "the connection failed";
  const inner = error.cause instanceof Error ? error.cause : error;
  const text = inner.message.replace(BEFORE_REASON, "").replace(ADDRESS, "");
  return text === "" ? "the connection failed" : text;
}

/** Whether trying again may help: a host that has answered before may again. */
export type Hope = typeof PASSING | typeof REFUSED;
/** It may. */
export const PASSING = "passing";
/** It will not. */
export const REFUSED = "refused";

/** The error to throw for one of a connection. */
export function connectionError(
  error: unknown,
  host: string,
  hope: Hope,
): RegistryError {
  const reason = reasonOf(error);
  const message = `Cannot reach "${host}": ${reason}`;
  // Its own text and stack name the address: they go no further.
  const cause = new Error(reason);
  if (hope === PASSING) {
    return new PassingError(0, undefined, message, { cause });
  }
  return new RegistryError(0, undefined, message, {
    cause,
    ...(CERTIFICATE.test(reason)
      ? { advice: 'name a "ca" file for it in registries.json' }
      : {}),
  });
}
