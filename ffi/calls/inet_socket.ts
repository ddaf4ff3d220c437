/**
 * Sockets of IP that are bound to a port, to see whether they can be.
 *
 * @module
 * @see ip(7), ipv6(7), bind(2)
 */
import { AF } from "../constants/socket.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { Fd } from "../fd.ts";
import { syscall } from "../syscall.ts";

const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SO_REUSEADDR = 2;
const IPPROTO_IPV6 = 41;
const IPV6_V6ONLY = 26;

/** Kinds of sockets, and the numbers of their protocols. */
const KINDS = {
  tcp: [SOCK_STREAM, 6],
  udp: [SOCK_DGRAM, 17],
  sctp: [SOCK_STREAM, 132],
} as const;

/** Where a socket is bound. */
export interface InetPlace {
  readonly protocol: keyof typeof KINDS;
  /** 4 bytes of IPv4 or 16 of IPv6. */
  readonly address: Uint8Array;
  readonly port: number;
}

/**
 * Binds a socket, of IPv4 or IPv6 alone.
 *
 * @throws {SyscallError} `EADDRINUSE` if another one listens there,
 * `EADDRNOTAVAIL` if this machine has no such address, `EPROTONOSUPPORT` or
 * `EAFNOSUPPORT` if the kernel has no such protocol.
 */
export function bindInet({ protocol, address, port }: InetPlace): Fd {
  const isIpv4 = address.length === 4;
  const [type, number] = KINDS[protocol];
  const family = isIpv4 ? AF.AF_INET : AF.AF_INET6;
  const socket = new Fd(
    syscall("socket", family, type | SOCK_CLOEXEC, number),
  );
  try {
    // Connections that linger do not count; of UDP, it would let two share.
    if (protocol !== "udp") enable(socket, SOL_SOCKET, SO_REUSEADDR);
    if (!isIpv4) enable(socket, IPPROTO_IPV6, IPV6_V6ONLY);
    const bytes = socketAddress(family, address, port);
    syscall("bind", socket.number, bytes, bytes.length);
    return socket;
  } catch (error) {
    socket[Symbol.dispose]();
    throw error;
  }
}

function enable(socket: Fd, level: number, option: number): void {
  const value = new DataView(new ArrayBuffer(4));
  value.setInt32(0, 1, LITTLE_ENDIAN);
  const bytes = new Uint8Array(value.buffer);
  syscall("setsockopt", socket.number, level, option, bytes, bytes.length);
}

/** `struct sockaddr_in` or `sockaddr_in6`. */
function socketAddress(
  family: number,
  address: Uint8Array,
  port: number,
): Uint8Array {
  const isIpv4 = address.length === 4;
  const bytes = new Uint8Array(isIpv4 ? 16 : 28);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, family, LITTLE_ENDIAN);
  view.setUint16(2, port);
  bytes.set(address, isIpv4 ? 4 : 8);
  return bytes;
}
