/**
 * Ports of this machine that its own programs listen on.
 *
 * @module
 * @see proc_pid_net(5)
 */
import { bindInet } from "../../ffi/calls/inet_socket.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { readTextFileIfExists } from "../base/atomic_file.ts";
import { HostError } from "../base/errors.ts";
import { namesIn } from "../base/names_in.ts";
import { addressBytes, formatIpAddress, type IpAddress } from "./ip_address.ts";
import type { Protocol } from "./port_publication.ts";

/** A port of this machine. */
export interface HostPort {
  readonly protocol: Protocol;
  /** All addresses if absent. */
  readonly address?: IpAddress;
  readonly port: number;
}

const EVERYWHERE: readonly IpAddress[] = [
  { version: 4, value: 0n },
  { version: 6, value: 0n },
];

/**
 * Whether no program listens on a port.
 *
 * @throws {HostError} If this machine has no such address.
 */
export function isHostPortFree({ protocol, address, port }: HostPort): boolean {
  const addresses = address === undefined ? EVERYWHERE : [address];
  return addresses.every((one) => {
    try {
      bindInet({ protocol, address: addressBytes(one), port })
        [Symbol.dispose]();
      return true;
    } catch (error) {
      if (isSyscallError(error, "EADDRINUSE")) return false;
      // What the kernel does not have, nobody listens on.
      if (isSyscallError(error, "EPROTONOSUPPORT", "EAFNOSUPPORT")) return true;
      // IPv6 may be switched off, and is asked for without being named.
      if (address === undefined && isSyscallError(error, "EADDRNOTAVAIL")) {
        return true;
      }
      // EINVAL: addresses of a link (fe80::/10) are bound with the link.
      if (isSyscallError(error, "EADDRNOTAVAIL", "EINVAL")) {
        throw absent(one, { cause: error });
      }
      throw error;
    }
  });
}

/** The words after the address are docker's. */
function absent(address: IpAddress, details: ErrorOptions): HostError {
  return new HostError(
    `Cannot publish on ${
      formatIpAddress(address)
    }: cannot assign requested address: this host has none such`,
    { ...details, advice: "ip address, which lists those it has" },
  );
}

/** The program that listens on a port. */
export interface PortHolder {
  readonly pid: number;
  /** Its name, as `ps` has it. */
  readonly name: string;
}

/** Finds who listens on a port, if the caller may know. */
export function findPortHolder(
  { protocol, port }: HostPort,
): PortHolder | undefined {
  const inodes = new Set(
    ["", "6"].flatMap((version) =>
      listeningInodes(
        readTextFileIfExists(`/proc/thread-self/net/${protocol}${version}`) ??
          "",
        port,
      )
    ),
  );
  if (inodes.size === 0) return undefined;
  const targets = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const pid = namesIn("/proc").map(Number).find((pid) =>
    pid > 0 && hasAnyOpen(pid, targets)
  );
  if (pid === undefined) return undefined;
  const name = readTextFileIfExists(`/proc/${pid}/comm`)?.trim() ?? "";
  return { pid, name };
}

/** `TCP_LISTEN`, and what a socket of UDP that is bound says. */
const LISTENING_STATES = ["0A", "07"];

/** The inodes of sockets that listen on a port, of `/proc/net/tcp` and such. */
export function listeningInodes(table: string, port: number): string[] {
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  return table.split("\n").slice(1).flatMap((line) => {
    const [, local = "", , state = "", , , , , , inode] = line.trim().split(
      /\s+/,
    );
    const isOurs = local.endsWith(`:${wanted}`) &&
      LISTENING_STATES.includes(state);
    return isOurs && inode !== undefined ? [inode] : [];
  });
}

function hasAnyOpen(pid: number, targets: ReadonlySet<string>): boolean {
  const directory = `/proc/${pid}/fd`;
  try {
    return namesIn(directory).some((fd) => {
      const target = linkTarget(`${directory}/${fd}`);
      return target !== undefined && targets.has(target);
    });
  } catch (error) {
    // Of others' programs, or one that ends meanwhile.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return Deno.readLinkSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error) return undefined;
    throw error;
  }
}
