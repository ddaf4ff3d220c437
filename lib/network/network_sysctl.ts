/**
 * Kernel parameters that networks of containers need, of the network namespace
 * of the calling thread.
 *
 * @module
 * @see Linux Documentation/networking/ip-sysctl.rst
 */
import { HostError } from "../base/errors.ts";
import { namesIn } from "../base/names_in.ts";
import type { IpVersion } from "./ip_address.ts";

const PARAMETERS = "/proc/sys/net";

const FORWARDING: Readonly<Record<IpVersion, string>> = {
  4: "ipv4/ip_forward",
  6: "ipv6/conf/all/forwarding",
};

/** Whether this machine passes packets of others on. */
export function isForwarding(version: IpVersion): boolean {
  return read(FORWARDING[version]) === "1";
}

/**
 * Whether a device can have addresses of IPv6.
 *
 * @param device Those to come if absent.
 */
export function allowsIpv6(device = "default"): boolean {
  return read(`ipv6/conf/${device}/disable_ipv6`) === "0";
}

/**
 * Has this machine pass packets of others on. With IPv6, that makes it a
 * router, which would ignore what other routers advertise: devices that have
 * their addresses and ways from those go on listening.
 *
 * @returns Whether it did not before.
 * @throws {HostError} If it is not allowed.
 */
export function enableForwarding(version: IpVersion): boolean {
  if (isForwarding(version)) return false;
  if (version === 6) keepListening();
  write(FORWARDING[version], "1");
  return true;
}

/** `accept_ra`: not as a router; always. */
const LISTENING = { asHost: "1", always: "2" } as const;

function keepListening(): void {
  for (const device of namesIn(`${PARAMETERS}/ipv6/conf`)) {
    const name = `ipv6/conf/${device}/accept_ra`;
    // What "default" says counts for devices of others to come: bridges too,
    // where anybody could advertise.
    if (["all", "default"].includes(device)) continue;
    if (read(name) !== LISTENING.asHost) continue;
    write(name, LISTENING.always);
  }
}

/**
 * Lets packets for `127.0.0.1` be sent on over a bridge, and their answers
 * come back. Needs the rule that keeps containers from sending such packets.
 *
 * @throws {HostError} If it is not allowed.
 */
export function allowLoopbackOver(bridge: string): void {
  write(`ipv4/conf/${bridge}/route_localnet`, "1");
}

/**
 * Lets a device use its own IPv6 addresses at once, instead of asking its
 * neighbours for a second whether somebody has them. Until then, a bridge could
 * not find containers for packets of others. To be done before it goes up.
 *
 * Does nothing on a kernel without IPv6.
 *
 * @throws {HostError} If it is not allowed.
 */
export function skipDuplicateDetection(device: string): void {
  const name = `ipv6/conf/${device}/accept_dad`;
  writeIfThere(name, "0");
}

/**
 * Has a device take nobody's word for where packets go. Containers can say that
 * they are routers: the host would send them all that is for the world. To be
 * done before it goes up; IPv6 may be missing.
 *
 * @throws {HostError} If it is not allowed.
 */
export function ignoreRouters(device: string): void {
  write(`ipv4/conf/${device}/accept_redirects`, "0");
  for (const parameter of ["accept_ra", "accept_redirects"]) {
    writeIfThere(`ipv6/conf/${device}/${parameter}`, "0");
  }
}

/**
 * Whether packets within a bridge are filtered as if they were routed, which
 * other container engines switch on.
 */
export function filtersBridges(version: IpVersion): boolean {
  const program = version === 4 ? "iptables" : "ip6tables";
  return read(`bridge/bridge-nf-call-${program}`) === "1";
}

function read(name: string): string | undefined {
  try {
    return Deno.readTextFileSync(`${PARAMETERS}/${name}`).trim();
  } catch (error) {
    // A kernel without IPv6 has no such parameters.
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** A kernel without IPv6 has no such parameters. */
function writeIfThere(name: string, value: string): void {
  try {
    write(name, value);
  } catch (error) {
    if (!(error instanceof HostError)) throw error;
    if (!(error.cause instanceof Deno.errors.NotFound)) throw error;
  }
}

function write(name: string, value: string): void {
  try {
    Deno.writeTextFileSync(`${PARAMETERS}/${name}`, value, { create: false });
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw new HostError(
      `Cannot set the kernel parameter "net/${name}" to "${value}": ${cause.message}`,
      { cause, advice: "run it as root, where /proc/sys can be written" },
    );
  }
}
