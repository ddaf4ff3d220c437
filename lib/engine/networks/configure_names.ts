/**
 * `--dns`, `--dns-search`, `--dns-option` and `--add-host`: how a container
 * finds names. Pure.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { parseExtraHost } from "../../network/extra_host.ts";
import { formatIpAddress, parseIpAddress } from "../../network/ip_address.ts";
import { invalidArgument } from "../invalid_argument.ts";
import type { NetworkingOptions } from "../run_options.ts";
import type { DnsConfig, NetworkConfig } from "./network_config.ts";

type NameOptions = Pick<
  NetworkingOptions,
  "dns" | "dnsSearch" | "dnsOptions" | "addHosts"
>;

/** A domain; a single dot is for none. */
const DOMAIN = /^(?:\.|[\w-]+(?:\.[\w-]+)*\.?)$/;

/**
 * Reads how a container finds names.
 *
 * @throws {UsageError} If a value is malformed.
 */
export function configureNames(
  { dns, dnsSearch, dnsOptions, addHosts }: NameOptions,
): Pick<NetworkConfig, "dns" | "extraHosts"> {
  const config: DnsConfig = {
    ...(dns.length === 0 ? {} : { servers: dns.map(readServer) }),
    ...(dnsSearch.length === 0 ? {} : { search: dnsSearch.map(readDomain) }),
    ...(dnsOptions.length === 0 ? {} : { options: dnsOptions.map(readOption) }),
  };
  const isAsked = Object.keys(config).length > 0;
  return {
    ...(isAsked ? { dns: config } : {}),
    ...(addHosts.length === 0 ? {} : { extraHosts: addHosts.map(readHost) }),
  };
}

function readServer(text: string): string {
  const address = parseIpAddress(text.trim());
  if (address !== undefined) return formatIpAddress(address);
  throw invalidArgument("--dns", text, {
    why: `IP address is not correctly formatted: ${text}`,
  });
}

function readDomain(text: string): string {
  if (DOMAIN.test(text)) return text;
  throw invalidArgument("--dns-search", text, {
    why: `${text} is not a valid domain`,
  });
}

/** Options stand in one line, with spaces between them. */
function readOption(text: string): string {
  if (/^[\x21-\x7e]+$/.test(text)) return text;
  throw invalidArgument("--dns-option", text, {
    why: "it is empty, or not one word",
    advice: "--dns-option ndots:2",
  });
}

function readHost(text: string): string {
  try {
    const { name, address } = parseExtraHost(text);
    const isWord = typeof address === "string";
    return `${name}:${isWord ? address : formatIpAddress(address)}`;
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw invalidArgument("--add-host", text, {
      why: `bad format for add-host: "${text}"`,
      advice: error.advice ?? "--add-host NAME:ADDRESS",
      cause: error,
    });
  }
}
