/**
 * What `-p` asks for, in all the forms that docker takes. Pure.
 *
 * @module
 * @see https://docs.docker.com/engine/network/port-publishing/
 */
import { UsageError } from "../base/errors.ts";
import {
  formatIpAddress,
  type IpAddress,
  parseIpAddress,
} from "./ip_address.ts";

/** Protocols that have ports. */
export const PROTOCOLS = ["tcp", "udp", "sctp"] as const;

/** One of {@linkcode PROTOCOLS}. */
export type Protocol = typeof PROTOCOLS[number];

/** Ports one after the other; a single one is first and last. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** A container's port, or several in a row, and where the host has them. */
export interface PortPublication {
  readonly protocol: Protocol;
  /** The host's address to listen at; all of them if absent. */
  readonly hostAddress?: IpAddress;
  /**
   * The host's ports, to be chosen if absent. More than the container's only
   * if that is one: then it gets the first of them that is free.
   */
  readonly hostPorts?: PortRange;
  readonly containerPorts: PortRange;
}

/** A publication whose host's ports are known, as many as the container's. */
export interface SettledPublication extends PortPublication {
  readonly hostPorts: PortRange;
}

const MAX_PORT = 65535;

/**
 * Reads the value of `-p`.
 *
 * @param text `[[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL]`, where `HOST` and
 * `CONTAINER` are a port or `FIRST-LAST`, and an address of IPv6 stands in
 * brackets; or `target=…,published=…,protocol=…`.
 * @throws {UsageError} If it is malformed.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parsePublication("8080:80/udp"), {
 *   protocol: "udp",
 *   hostPorts: { first: 8080, last: 8080 },
 *   containerPorts: { first: 80, last: 80 },
 * });
 * ```
 */
export function parsePublication(text: string): PortPublication {
  if (text.includes("=")) return parsePublication(shortForm(text));
  const [ports = "", protocol = "tcp", ...rest] = text.split("/");
  if (rest.length > 0) throw malformed(text, "it has more than one protocol");
  const { address, host, container } = takeApart(ports, text);
  const containerPorts = parsePorts(container, "container's", text);
  // Docker takes a host's port of 0 for one to be chosen.
  const isChosen = host === "" || host === "0";
  const hostPorts = isChosen ? undefined : parsePorts(host, "host's", text);
  if (hostPorts) assertFits(hostPorts, containerPorts, text);
  return {
    protocol: parseProtocol(protocol, text),
    ...(address === "" ? {} : { hostAddress: parseAddress(address, text) }),
    ...(hostPorts === undefined ? {} : { hostPorts }),
    containerPorts,
  };
}

/**
 * Reads the value of `--expose`.
 *
 * @param text `PORT[-LAST][/PROTOCOL]`.
 * @throws {UsageError} If it is malformed.
 */
export function parseExposedPorts(
  text: string,
): Pick<PortPublication, "protocol" | "containerPorts"> {
  if (/[:=]/.test(text)) throw notExposable(text);
  try {
    const { protocol, containerPorts } = parsePublication(text);
    return { protocol, containerPorts };
  } catch (error) {
    throw error instanceof UsageError ? notExposable(text, error) : error;
  }
}

function notExposable(text: string, cause?: UsageError): UsageError {
  return new UsageError(
    cause?.message ?? `Invalid port "${text}": it names a port of the host`,
    { cause, advice: "write PORT[-LAST][/PROTOCOL], as in 80 or 53/udp" },
  );
}

/** The parts of a publication, as they are written; absent ones are empty. */
interface Parts {
  readonly address: string;
  readonly host: string;
  readonly container: string;
}

function takeApart(ports: string, text: string): Parts {
  const bracketed = /^\[([^\]]*)\]:([^:]*):([^:]*)$/.exec(ports);
  if (bracketed) {
    const [, address = "", host = "", container = ""] = bracketed;
    if (address === "") throw malformed(text, "it has no address in brackets");
    return { address, host, container };
  }
  const parts = ports.split(":");
  const [container = "", host = "", address = ""] = parts.toReversed();
  if (parts.length > 3) {
    // An address of IPv6 without brackets; docker takes it too.
    return { address: parts.slice(0, -2).join(":"), host, container };
  }
  return { address, host, container };
}

function parsePorts(range: string, whose: string, text: string): PortRange {
  if (range === "") throw malformed(text, `it has no port of the ${whose}`);
  const [, one = "", other = one] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ??
    [];
  const [first, last] = [Number(one), Number(other)];
  const isValid = one !== "" && first >= 1 && first <= last && last <= MAX_PORT;
  if (isValid) return { first, last };
  const owner = whose.replace("'s", "");
  throw malformed(text, `"${range}" is no port of the ${owner}`);
}

function parseProtocol(protocol: string, text: string): Protocol {
  const lower = protocol.toLowerCase();
  const found = PROTOCOLS.find((one) => one === lower);
  if (found !== undefined) return found;
  throw malformed(text, `"${protocol}" is none of ${PROTOCOLS.join(", ")}`);
}

function parseAddress(address: string, text: string): IpAddress {
  const found = parseIpAddress(address);
  if (found !== undefined) return found;
  throw malformed(text, `"${address}" is no IP address`);
}

/** As many ports on both sides, or one that takes any of the host's. */
function assertFits(host: PortRange, container: PortRange, text: string): void {
  const count = portCount(container);
  if (count === 1 || count === portCount(host)) return;
  throw malformed(text, "its ranges have different lengths");
}

/** The short form of `target=80,published=8080,protocol=udp`. */
function shortForm(text: string): string {
  const known = new Map([["target", ""], ["published", ""], [
    "protocol",
    "tcp",
  ]]);
  for (const pair of text.split(",")) {
    const [, key = "", value = ""] = /^([^=]*)=(.*)$/.exec(pair) ?? [];
    if (key !== "mode" && !known.has(key)) {
      throw malformed(text, `"${pair}" is no option of a port`);
    }
    known.set(key, value);
  }
  const [target, published] = [known.get("target"), known.get("published")];
  if (!target) throw malformed(text, "it has no target");
  return `${published}:${target}/${known.get("protocol")}`;
}

function malformed(text: string, reason: string): UsageError {
  return new UsageError(`Invalid port "${text}": ${reason}`, {
    advice: "write [[ADDRESS:][HOST]:]CONTAINER[/PROTOCOL], as in 8080:80",
  });
}

/** How many ports a range has. */
export function portCount({ first, last }: PortRange): number {
  return last - first + 1;
}

/**
 * A range as docker writes it.
 *
 * @returns `80` or `80-90`.
 */
export function formatPorts({ first, last }: PortRange): string {
  return first === last ? `${first}` : `${first}-${last}`;
}

/**
 * A publication as {@linkcode parsePublication} reads it.
 *
 * @returns Such as `127.0.0.1:8080:80/tcp`, or `:80/tcp` without a host's port.
 */
export function formatPublication(
  { protocol, hostAddress, hostPorts, containerPorts }: PortPublication,
): string {
  const at = hostAddress === undefined
    ? ""
    : `${formatHostAddress(hostAddress)}:`;
  const host = hostPorts === undefined ? "" : formatPorts(hostPorts);
  return `${at}${host}:${formatPorts(containerPorts)}/${protocol}`;
}

/** An address in front of a port: that of IPv6 in brackets. */
export function formatHostAddress(address: IpAddress): string {
  const written = formatIpAddress(address);
  return address.version === 6 ? `[${written}]` : written;
}
