/**
 * What `network create` asks for, read and checked. Pure.
 *
 * @module
 */
import { UsageError } from "../../base/errors.ts";
import { isContainerName } from "../../base/identifiers.ts";
import { defaultGateway } from "../../network/address_pool.ts";
import { formatIpAddress, parseIpAddress } from "../../network/ip_address.ts";
import type {
  NetworkDriver,
  SubnetRecord,
} from "../../network/network_store.ts";
import {
  containsAddress,
  containsSubnet,
  formatSubnet,
  parseInterfaceAddress,
  parseSubnet,
  type Subnet,
  subnetOf,
} from "../../network/subnet.ts";

/** What a network is to be, as written. */
export interface NetworkOptions {
  readonly name: string;
  readonly driver: string;
  readonly subnets: readonly string[];
  readonly gateways: readonly string[];
  readonly ranges: readonly string[];
  /** Addresses that containers do not get: `NAME=ADDRESS` texts. */
  readonly auxiliaries?: readonly string[];
  readonly access: "world" | "internal";
  /**
   * Whether it gets a subnet of IPv6 if none is given: yes; no; or, which absent
   * means too, on a bridge, if the host allows it.
   */
  readonly ipv6?: "asked" | "none" | "implied";
  /** `KEY[=VALUE]` texts. */
  readonly labels: readonly string[];
  readonly options: readonly string[];
  /** Noted for who inspects it. */
  readonly attachable?: true;
}

const DRIVERS: readonly NetworkDriver[] = ["bridge", "macvlan", "ipvlan"];

/** Names that `--network` has a meaning for of its own. */
const RESERVED = [
  "bridge",
  "default",
  "host",
  "none",
  "container",
  "ns",
  "private",
];

/**
 * Whether a network may have this name.
 *
 * @throws {UsageError} If it may not.
 */
export function checkNetworkName(name: string): string {
  if (!isContainerName(name)) {
    throw new UsageError(`Invalid network name "${name}"`, {
      advice: "letters, digits, and after the first character also _.-",
    });
  }
  if (RESERVED.includes(name)) {
    throw new UsageError(
      `operation is not permitted on predefined ${name} network`,
      { advice: "choose another name" },
    );
  }
  return name;
}

/**
 * Reads the name of a driver.
 *
 * @throws {UsageError} If there is none of the name.
 */
export function parseDriver(text: string): NetworkDriver {
  const found = DRIVERS.find((driver) => driver === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `could not find plugin ${text}: no such network driver`,
    {
      advice: DRIVERS.join(", "),
    },
  );
}

/**
 * The subnets that are asked for, each with its gateway and range. An address
 * in a subnet, such as `192.168.10.1/24`, is its gateway's.
 *
 * @throws {UsageError} If one is malformed, or in no subnet.
 */
export function parseSubnets(
  { subnets, gateways, ranges, auxiliaries = [] }: Pick<
    NetworkOptions,
    "subnets" | "gateways" | "ranges" | "auxiliaries"
  >,
): SubnetRecord[] {
  const parsed = subnets.map(parseWithGateway);
  const gatewayOf = assign(gateways, parsed, (text) => {
    const address = parseIpAddress(text);
    return address &&
      {
        text: formatIpAddress(address),
        subnet: subnetOf(address, address.version === 4 ? 32 : 128),
      };
  }, "gateway");
  const rangeOf = assign(ranges, parsed, (text) => {
    const subnet = parseSubnet(text);
    return subnet && { text: formatSubnet(subnet), subnet };
  }, "range");
  const auxiliaryOf = assignAuxiliaries(auxiliaries, parsed);
  return parsed.map(({ subnet, gateway }) => {
    const range = rangeOf.get(subnet);
    const auxiliary = auxiliaryOf.get(subnet);
    return {
      subnet: formatSubnet(subnet),
      gateway: gatewayOf.get(subnet) ?? gateway,
      ...(range === undefined ? {} : { range }),
      ...(auxiliary === undefined ? {} : { auxiliary }),
    };
  });
}

interface AskedSubnet {
  readonly subnet: Subnet;
  readonly gateway: string;
}

function parseWithGateway(text: string): AskedSubnet {
  const parsed = parseInterfaceAddress(text);
  if (parsed === undefined) {
    throw new UsageError(`Invalid subnet "${text}"`, {
      advice: "write ADDRESS/PREFIX, as in 192.168.10.0/24",
    });
  }
  const subnet = subnetOf(parsed.address, parsed.prefix);
  const gateway = parsed.address.value === subnet.base
    ? defaultGateway(subnet)
    : parsed.address;
  return { subnet, gateway: formatIpAddress(gateway) };
}

/** Finds the subnet that each of some addresses or ranges is in. */
function assign(
  texts: readonly string[],
  parsed: readonly AskedSubnet[],
  parse: (text: string) => { text: string; subnet: Subnet } | undefined,
  what: string,
): Map<Subnet, string> {
  const found = new Map<Subnet, string>();
  for (const text of texts) {
    const inner = parse(text);
    if (inner === undefined) throw new UsageError(`Invalid ${what} "${text}"`);
    const home = parsed.find(({ subnet }) =>
      containsSubnet(subnet, inner.subnet) &&
      containsAddress(subnet, {
        version: inner.subnet.version,
        value: inner.subnet.base,
      })
    );
    if (home === undefined) {
      throw new UsageError(`The ${what} ${text} is in no --subnet`, {
        advice: "give its subnet with --subnet",
      });
    }
    found.set(home.subnet, inner.text);
  }
  return found;
}

/** A subnet may have several of them, with a name each. */
function assignAuxiliaries(
  texts: readonly string[],
  parsed: readonly AskedSubnet[],
): Map<Subnet, Record<string, string>> {
  const found = new Map<Subnet, Record<string, string>>();
  for (const text of texts) {
    const equals = text.indexOf("=");
    const address = parseIpAddress(text.slice(equals + 1));
    if (equals < 1 || address === undefined) {
      throw new UsageError(`Invalid auxiliary address "${text}"`, {
        advice: "--aux-address router=192.168.10.2",
      });
    }
    const home = parsed.find(({ subnet }) => containsAddress(subnet, address));
    if (home === undefined) {
      throw new UsageError(
        `no matching subnet for aux-address ${formatIpAddress(address)}`,
        { advice: "give its subnet with --subnet" },
      );
    }
    found.set(home.subnet, {
      ...found.get(home.subnet),
      [text.slice(0, equals)]: formatIpAddress(address),
    });
  }
  return found;
}
