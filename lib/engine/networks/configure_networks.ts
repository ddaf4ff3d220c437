/**
 * From the options of `run` to what a configuration says of networks; names are
 * not looked up yet. Pure.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import type { NetworkingOptions, RunOptions } from "../run_options.ts";
import { configureNames } from "./configure_names.ts";
import type { EndpointConfig, NetworkConfig } from "./network_config.ts";
import {
  type EndpointSettings,
  type NetworkFlag,
  parseNetworkFlag,
  readAddress,
  readAlias,
  readMacAddress,
} from "./network_flag.ts";
import type { RequestedMode } from "./network_mode.ts";
import { type NetworkDefault, withSource } from "./network_source.ts";

/** As {@linkcode EndpointConfig}, with what a user calls the network. */
export interface EndpointRequest
  extends Omit<EndpointConfig, "network" | "networkName"> {
  /** Its name, its id, or the start of that. */
  readonly reference: string;
}

/** As {@linkcode NetworkConfig}, with names where ids are to be. */
export interface NetworkRequest
  extends Omit<NetworkConfig, "network" | "networks"> {
  readonly network: RequestedMode;
  /** Only if `network` is `connected`. */
  readonly networks?: readonly EndpointRequest[];
  /** What has named them, for errors; absent if flags have. */
  readonly networkSource?: string;
}

/** The options that decide about it, but for ports. */
export type ConnectionOptions =
  & Pick<RunOptions, "hostname">
  & NetworkingOptions;

/**
 * Reads which networks a container is connected to, and whom it asks for names.
 *
 * @throws {UsageError} If a value is malformed, or options exclude each other;
 * then in docker's words.
 */
export function configureNetworks(
  options: ConnectionOptions,
  { defaultNetwork, networkSource }: NetworkDefault,
): NetworkRequest {
  const names = configureNames(options);
  const flags = readFlags(options);
  if (options.networks.length > 0) {
    return { ...connect(options, flags, options.networks), ...names };
  }
  try {
    const request = connect(options, flags, [defaultNetwork]);
    const source = networkSource === undefined ? {} : { networkSource };
    return { ...request, ...source, ...names };
  } catch (error) {
    throw withSource(error, networkSource);
  }
}

/** @param flags What the container is to be in the first network. */
function connect(
  options: ConnectionOptions,
  flags: EndpointSettings,
  texts: readonly string[],
): NetworkRequest {
  const wanted = texts.map(parseNetworkFlag).map((flag, index) =>
    index === 0 ? withFlags(flag, flags) : flag
  );
  assertDistinct(wanted);
  const modes = wanted.map(({ target }) => modeOf(target));
  const mode = modes.find((one) => one !== "connected");
  if (mode === undefined) {
    const endpoints = wanted.map(({ target, ...settings }) => ({
      reference: target,
      ...settings,
    }));
    return { network: "connected", networks: endpoints };
  }
  if (wanted.length > 1) {
    throw new UsageError(
      "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
      { advice: `--network ${mode} alone, or without it` },
    );
  }
  if (mode.startsWith("container:")) assertNothingShared(options);
  for (const settings of wanted) assertNoEndpoint(settings);
  return { network: mode };
}

/** The flags that have no network in them. */
function readFlags(
  { ip, ip6, macAddress, networkAliases }: ConnectionOptions,
): EndpointSettings {
  return {
    aliases: networkAliases.map(readAlias),
    ...(ip === undefined ? {} : { ip: readAddress(ip, 4) }),
    ...(ip6 === undefined ? {} : { ip6: readAddress(ip6, 6) }),
    ...(macAddress === undefined
      ? {}
      : { macAddress: readMacAddress(macAddress) }),
  };
}

function withFlags(flag: NetworkFlag, flags: EndpointSettings): NetworkFlag {
  const { aliases, ip, ip6, macAddress } = flags;
  const pairs = [
    ["--network-alias and per-network alias", aliases, flag.aliases],
    ["--ip and per-network IPv4 address", ip, flag.ip],
    ["--ip6 and per-network IPv6 address", ip6, flag.ip6],
    ["--mac-address and per-network MAC address", macAddress, flag.macAddress],
  ] as const;
  for (const [what, general, own] of pairs) {
    if (!general?.length || !own?.length) continue;
    throw new UsageError(`conflicting options: cannot specify both ${what}`);
  }
  return { ...flag, ...flags, aliases: [...flag.aliases, ...aliases] };
}

function assertDistinct(flags: readonly NetworkFlag[]): void {
  const seen = new Set<string>();
  for (const { target } of flags) {
    if (seen.has(target)) throw repeated(target);
    seen.add(target);
  }
}

/** The error of a network that is asked for twice. */
export function repeated(name: string): UsageError {
  return new UsageError(`network "${name}" is specified multiple times`);
}

function modeOf(target: string): RequestedMode {
  if (target === "none" || target === "host") return target;
  const [, kind, rest = ""] = /^(container|ns):(.*)$/s.exec(target) ?? [];
  if (kind === "container") {
    if (rest !== "") return `container:${rest}`;
    throw new UsageError("invalid container format container:<name|id>", {
      advice: "--network container:NAME",
    });
  }
  if (kind !== "ns") return "connected";
  if (rest.startsWith("/") && !rest.includes("\0")) return `ns:${rest}`;
  throw new UsageError(
    `invalid network "${target}": "${rest}" is not an absolute path`,
    { advice: "--network ns:/run/netns/NAME" },
  );
}

/** What is another container's is not this one's to choose. */
function assertNothingShared(options: ConnectionOptions): void {
  const conflicts = [
    ["hostname and the network mode", options.hostname],
    ["dns and the network mode", options.dns],
    ["dns and the network mode", options.dnsSearch],
    ["dns and the network mode", options.dnsOptions],
    ["custom host-to-IP mapping and the network mode", options.addHosts],
    ["port publishing and the container type network mode", options.publish],
    ["port exposing and the container type network mode", options.expose],
  ] as const;
  const [what] = conflicts.find(([, given]) => given?.length) ?? [];
  const shared = options.publishAll ? conflicts[5][0] : undefined;
  const conflict = what ?? shared;
  if (conflict === undefined) return;
  throw new UsageError(`conflicting options: ${conflict}`, {
    advice: "give it to the container whose network it is",
  });
}

/** Without networks there is nothing that could have an address. */
function assertNoEndpoint(
  { aliases, ip, ip6, macAddress }: EndpointSettings,
): void {
  const advice = "--network with the name of a network";
  if (macAddress !== undefined) {
    throw new UsageError(
      "conflicting options: mac-address and the network mode",
      { advice },
    );
  }
  if (ip !== undefined || ip6 !== undefined) {
    throw new UsageError(
      "user specified IP address is supported on user defined networks only",
      { advice },
    );
  }
  if (aliases.length > 0) {
    throw new UsageError(
      "network-scoped aliases are only supported for user-defined networks",
      { advice },
    );
  }
}
