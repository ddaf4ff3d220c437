/**
 * Errors of connections in our own words. `fetch` puts whole addresses into
 * its own, which may hold what is as good as a password.
 *
 * @module
 */
import { CERTIFICATE_DIRECTORIES } from "../base/host_paths.ts";
import { RegistryError } from "./registry_error.ts";
import { PassingError } from "./retry.ts";

/** What `fetch` writes before the reason; all before it names the address. */
const BEFORE_REASON = /^.*client error \(\w+\)(?:: )?/s;
const ADDRESS = /\bhttps?:\/\/[^\s)]+/g;
const CERTIFICATE = /certificate/i;
/**
 * Whoever wants to know who we are says so in TLS, or hangs up as soon as TLS
 * is agreed upon.
 */
const UNKNOWN_CLIENT =
  /alert: ?(?:\w*certificate|unknown ?ca|access ?denied)|broken pipe|connection (?:closed|reset)/i;

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

/** The error for a connection to a host that has answered: it may again. */
export function brokenOff(error: unknown, host: string): PassingError {
  const { message, cause } = explained(error, host);
  return new PassingError(0, undefined, message, { cause });
}

/** The error for a connection to somebody who has never answered. */
export function unreachable(
  error: unknown,
  { host, protocol }: Pick<URL, "host" | "protocol">,
): RegistryError {
  const { message, cause } = explained(error, host);
  return new RegistryError(0, undefined, message, {
    cause,
    ...protocol === "https:" ? adviceOn(cause.message, host) : {},
  });
}

/** Its own text and stack name the address: they go no further. */
function explained(
  error: unknown,
  host: string,
): { readonly message: string; readonly cause: Error } {
  const reason = reasonOf(error);
  return {
    message: `Cannot reach "${host}": ${reason}`,
    cause: new Error(reason),
  };
}

function adviceOn(reason: string, host: string): { advice?: string } {
  if (UNKNOWN_CLIENT.test(reason)) {
    const [, dockers] = CERTIFICATE_DIRECTORIES;
    const files = `client.cert and client.key in ${dockers}/${host}`;
    return { advice: `${files}, if it asks for them` };
  }
  return CERTIFICATE.test(reason)
    ? { advice: 'name a "ca" file for it in registries.json' }
    : {};
}
