/**
 * The value of `--network`: a network, and what a container is to be in it.
 * Pure.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import {
  formatIpAddress,
  type IpVersion,
  parseIpAddress,
} from "../../network/ip_address.ts";
import {
  formatMacAddress,
  parseMacAddress,
} from "../../network/mac_address.ts";
import { invalidArgument } from "../invalid_argument.ts";
import { commaFields } from "../volumes/comma_fields.ts";
import type { EndpointConfig } from "./network_config.ts";
import { DEFAULT_NETWORK } from "./network_mode.ts";

/** What a container is to be in a network. */
export type EndpointSettings = Pick<
  EndpointConfig,
  "aliases" | "ip" | "ip6" | "macAddress"
>;

/** One `--network`. */
export interface NetworkFlag extends EndpointSettings {
  /** A network's name or the start of its id, or a word such as `host`. */
  readonly target: string;
}

const FLAG = "--network";
const MAX_ALIAS_LENGTH = 253;
/** How the long form begins. */
const LONG_FORM = /^[\w-]+=/;
/** What has colons of its own. */
const WHOLE = /^(?:container|ns):/;

/**
 * Reads one `--network`.
 *
 * @param text `NAME`, `NAME:ip=…,ip6=…,mac=…,alias=…`,
 * `name=NAME,ip=…,ip6=…,mac-address=…,alias=…`, `container:NAME` or `ns:PATH`.
 * @throws {UsageError} If it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseNetworkFlag("blue:ip=10.0.0.9,alias=db"), {
 *   target: "blue",
 *   aliases: ["db"],
 *   ip: "10.0.0.9",
 * });
 * ```
 */
export function parseNetworkFlag(text: string): NetworkFlag {
  const isLong = LONG_FORM.test(text);
  const colon = isLong || WHOLE.test(text) ? -1 : text.indexOf(":");
  const name = isLong ? "" : colon < 0 ? text : text.slice(0, colon);
  const written = isLong ? text : colon < 0 ? undefined : text.slice(colon + 1);
  const fields = written === undefined ? [] : commaFields(written);
  if (fields === undefined) {
    throw invalidNetwork(text, "a quote is not closed");
  }
  const flag = { target: name, aliases: [] as string[] };
  const read = fields.reduce<NetworkFlag>(
    (so, field) => withField(so, field, text),
    flag,
  );
  if (read.target === "") throw invalidNetwork(text, "it names no network");
  return read.target === "default"
    ? { ...read, target: DEFAULT_NETWORK }
    : read;
}

function withField(
  flag: NetworkFlag,
  field: string,
  text: string,
): NetworkFlag {
  const equals = field.indexOf("=");
  if (equals < 0) throw invalidNetwork(text, `invalid field ${field}`);
  const key = field.slice(0, equals).trim().toLowerCase();
  const value = field.slice(equals + 1).trim();
  switch (key) {
    case "name":
      return { ...flag, target: value };
    case "alias":
      return { ...flag, aliases: [...flag.aliases, readAlias(value)] };
    case "ip":
      return { ...flag, ip: readAddress(value, 4) };
    case "ip6":
      return { ...flag, ip6: readAddress(value, 6) };
    case "mac":
    case "mac-address":
      return { ...flag, macAddress: readMacAddress(value) };
    default:
      throw invalidNetwork(text, `invalid field key ${key}`);
  }
}

function invalidNetwork(text: string, why: string): UsageError {
  return invalidArgument(FLAG, text, {
    why,
    advice: "NAME, or NAME:ip=ADDRESS,ip6=ADDRESS,mac=ADDRESS,alias=NAME",
  });
}

/**
 * Reads an address that a container is to have.
 *
 * @returns It as it is usually written.
 * @throws {UsageError} If it is none of that version.
 */
export function readAddress(text: string, version: IpVersion): string {
  const address = parseIpAddress(text);
  if (address?.version === version) return formatIpAddress(address);
  throw new UsageError(`invalid IPv${version} address: ${text}`, {
    advice: version === 4 ? "--ip 172.30.100.104" : "--ip6 2001:db8::33",
  });
}

/**
 * Reads a hardware address that a container is to have.
 *
 * @returns It as it is usually written.
 * @throws {UsageError} If it is none, or that of a group.
 */
export function readMacAddress(text: string): string {
  const bytes = parseMacAddress(text);
  if (bytes !== undefined) return formatMacAddress(bytes);
  throw new UsageError(`${text} is not a valid mac address`, {
    advice: "--mac-address 92:d0:c6:0a:29:33",
  });
}

/**
 * Reads a further name of a container. Neighbours have it in `/etc/hosts`.
 *
 * @throws {UsageError} If no resolver would look for it.
 */
export function readAlias(text: string): string {
  if (/^[\w-][\w.-]*$/.test(text) && text.length <= MAX_ALIAS_LENGTH) {
    return text;
  }
  throw new UsageError(
    `invalid network alias "${text}": letters, digits, and _.- are allowed`,
  );
}
