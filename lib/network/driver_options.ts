/**
 * Options of a network's driver (`network create -o`), by docker's names for
 * them. Those that nobody knows mean nothing, as with docker. Pure.
 *
 * @module
 * @see https://docs.docker.com/engine/network/drivers/bridge/#options
 */
import { UsageError } from "../base/errors.ts";
import { type IpAddress, parseIpAddress } from "./ip_address.ts";
import {
  IPVLAN_MODE_NAMES,
  type IpvlanMode,
  MACVLAN_MODE_NAMES,
  type MacvlanMode,
} from "./link/link_requests.ts";

/** Options as they are recorded: a text for each name. */
export type DriverOptions = Readonly<Record<string, string>>;

/** What a bridge network may be told. */
export interface BridgeOptions {
  /** The bridge's name. */
  readonly device?: string;
  /** Bytes; the kernel's if absent. */
  readonly mtu?: number;
  /** Whether containers speak to the world as this machine. */
  readonly masquerade: "on" | "off";
  /** Whether containers reach each other other than by published ports. */
  readonly neighbours: "reached" | "isolated";
  /** Where ports are published that name no address of the host. */
  readonly hostAddress?: IpAddress;
}

/** Modes of devices on top of another one. */
export type VlanMode =
  | { readonly driver: "macvlan"; readonly mode: MacvlanMode }
  | { readonly driver: "ipvlan"; readonly mode: IpvlanMode };

/** What a network on top of a device may be told. */
export interface VlanOptions {
  /** The device below. */
  readonly parent: string;
  readonly kind: VlanMode;
  /** Bytes; the parent's if absent. */
  readonly mtu?: number;
}

const BRIDGE = "com.docker.network.bridge";
const MTU = "com.docker.network.driver.mtu";

/** `IFNAMSIZ` without the NUL, and what the kernel takes. */
const DEVICE_NAME = /^(?!\.{1,2}$)[^\s/:]{1,15}$/;
/** What IPv4 asks of every link. */
const MIN_MTU = 68;
const MAX_MTU = 65535;

/**
 * Reads the options of a bridge network.
 *
 * @throws {UsageError} If a value is malformed.
 */
export function parseBridgeOptions(options: DriverOptions): BridgeOptions {
  const isOff = (name: string): boolean => {
    const text = options[`${BRIDGE}.${name}`];
    return text !== undefined && !parseBoolean(`${BRIDGE}.${name}`, text);
  };
  const device = options[`${BRIDGE}.name`];
  const binding = options[`${BRIDGE}.host_binding_ipv4`];
  return {
    ...(device ? { device: checkDevice(`${BRIDGE}.name`, device) } : {}),
    ...mtuOf(options),
    masquerade: isOff("enable_ip_masquerade") ? "off" : "on",
    neighbours: isOff("enable_icc") ? "isolated" : "reached",
    ...(binding ? { hostAddress: parseBinding(binding) } : {}),
  };
}

/**
 * Reads the options of a network of macvlan or ipvlan.
 *
 * @throws {UsageError} If there is no device below it, or a value is malformed.
 */
export function parseVlanOptions(
  driver: VlanMode["driver"],
  options: DriverOptions,
): VlanOptions {
  const { parent } = options;
  if (!parent) {
    throw new UsageError(`A network of ${driver} needs a device below it`, {
      advice: "-o parent=eth0",
    });
  }
  const kind = driver === "macvlan"
    ? { driver, mode: modeOf(options, driver, MACVLAN_MODE_NAMES, "bridge") }
    : { driver, mode: modeOf(options, driver, IPVLAN_MODE_NAMES, "l2") };
  const flag = options["ipvlan_flag"];
  if (flag && flag !== "bridge") {
    throw malformed("ipvlan_flag", flag, "only bridge is supported");
  }
  const name = checkDevice("parent", parent);
  return { parent: name, kind, ...mtuOf(options) };
}

/** Docker's `macvlan_mode`, or `mode`, as others have it. */
function modeOf<T extends string>(
  options: DriverOptions,
  driver: VlanMode["driver"],
  modes: readonly T[],
  otherwise: T,
): T {
  const [name, text] = [`${driver}_mode`, "mode"]
    .map((name) => [name, options[name]] as const)
    .find(([, text]) => text !== undefined && text !== "") ?? [];
  if (name === undefined || text === undefined) return otherwise;
  const found = modes.find((mode) => mode === text);
  if (found !== undefined) return found;
  throw malformed(name, text, `it is one of ${modes.join(", ")}`);
}

function mtuOf(options: DriverOptions): { readonly mtu?: number } {
  const text = options[MTU];
  if (text === undefined || text === "" || text === "0") return {};
  const mtu = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (mtu >= MIN_MTU && mtu <= MAX_MTU) return { mtu };
  throw malformed(MTU, text, `it is ${MIN_MTU} to ${MAX_MTU} bytes`);
}

/** As docker reads them. */
function parseBoolean(name: string, text: string): boolean {
  if (/^(1|t|true)$/i.test(text)) return true;
  if (/^(0|f|false)$/i.test(text)) return false;
  throw malformed(name, text, "it is true or false");
}

function checkDevice(name: string, text: string): string {
  if (DEVICE_NAME.test(text)) return text;
  throw malformed(name, text, "a device's name has 1 to 15 characters");
}

function parseBinding(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address?.version === 4) return address;
  throw malformed(`${BRIDGE}.host_binding_ipv4`, text, "it is no IPv4 address");
}

function malformed(name: string, text: string, reason: string): UsageError {
  return new UsageError(
    `Invalid value "${text}" of the driver's option "${name}": ${reason}`,
  );
}
