/**
 * What `--add-host` asks for. Pure.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import { type IpAddress, parseIpAddress } from "./ip_address.ts";

/** A name and its address, which may be the host's own. */
export interface ExtraHost {
  readonly name: string;
  readonly address: IpAddress | "host-gateway";
}

/**
 * Reads the value of `--add-host`.
 *
 * @param text `NAME:ADDRESS` or `NAME=ADDRESS`; an address of IPv6 may stand in
 * brackets, and `host-gateway` is the host.
 * @throws {UsageError} If it is malformed.
 */
export function parseExtraHost(text: string): ExtraHost {
  const [, name, written = ""] = /^([^\s:=]+)[:=](.+)$/.exec(text) ?? [];
  if (name === undefined) throw malformed(text, "It is no NAME:ADDRESS");
  if (written === "host-gateway") return { name, address: written };
  const address = parseIpAddress(written.replace(/^\[(.*)\]$/, "$1"));
  if (address !== undefined) return { name, address };
  throw malformed(text, `"${written}" is no IP address`);
}

function malformed(text: string, reason: string): UsageError {
  return new UsageError(`Invalid host "${text}": ${reason}`, {
    advice: "write NAME:ADDRESS, as in db:10.0.0.5, or NAME:host-gateway",
  });
}
