/**
 * Sockets that talk to the kernel. One call each. A socket belongs to the
 * network namespace that the calling thread was in when it was opened.
 *
 * @module
 * @see netlink(7)
 */
import { ERRNO } from "../constants/errno.ts";
import { AF } from "../constants/socket.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { SyscallError } from "../errno.ts";
import { Fd } from "../fd.ts";
import { Memory } from "../memory.ts";
import { syscall, trySyscallOnce } from "../syscall.ts";

const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SOL_NETLINK = 270;
const SO_SNDBUFFORCE = 32;
const SO_RCVBUFFORCE = 33;
const MSG_DONTWAIT = 0x40;
const MSG_TRUNC = 0x20;

/** Opens a socket of a `NETLINK_…` family. */
export function openNetlink(family: number): Fd {
  const type = SOCK_RAW | SOCK_CLOEXEC;
  return new Fd(syscall("socket", AF.AF_NETLINK, type, family));
}

/** Switches on an option of level `SOL_NETLINK`. */
export function enableNetlinkOption(socket: Fd, option: number): void {
  setInt(socket, SOL_NETLINK, option, 1);
}

/** Makes room for what is sent and for what waits to be read, past limits. */
export function setNetlinkBuffers(socket: Fd, bytes: number): void {
  setInt(socket, SOL_SOCKET, SO_SNDBUFFORCE, bytes);
  setInt(socket, SOL_SOCKET, SO_RCVBUFFORCE, bytes);
}

function setInt(socket: Fd, level: number, option: number, to: number): void {
  const value = new DataView(new ArrayBuffer(4));
  value.setInt32(0, to, LITTLE_ENDIAN);
  const bytes = new Uint8Array(value.buffer);
  syscall("setsockopt", socket.number, level, option, bytes, bytes.length);
}

/** Sends requests to the kernel, which has carried them out when this returns. */
export function sendNetlink(socket: Fd, bytes: Uint8Array): void {
  const { number } = socket;
  // There can be more than a call copies by itself.
  using memory = new Memory(bytes.length);
  memory.bytes.set(bytes);
  // Exactly once: what it asks for is not to be done twice.
  const sent = trySyscallOnce("sendto", number, memory, bytes.length, 0);
  if (sent < 0) {
    throw new SyscallError("sendto", -sent, `${number}, ${bytes.length} bytes`);
  }
}

/**
 * Takes what the kernel has answered, without waiting.
 *
 * @param buffer Filled with one or more whole messages.
 * @returns The part of it that is filled; `undefined` if there is no answer.
 * @throws {SyscallError} `ENOBUFS` if answers were lost, `EMSGSIZE` if the
 * buffer is too small.
 */
export function receiveNetlink(
  socket: Fd,
  buffer: Uint8Array,
): Uint8Array | undefined {
  const args = [socket.number, buffer, buffer.length] as const;
  // Exactly once: the kernel tells of lost answers only the first time.
  const flags = MSG_DONTWAIT | MSG_TRUNC;
  const length = trySyscallOnce("recvfrom", ...args, flags, 0, 0);
  if (length === -ERRNO.EAGAIN) return undefined;
  const described = `${socket.number}, ${buffer.length} bytes`;
  if (length < 0) throw new SyscallError("recvfrom", -length, described);
  if (length > buffer.length) {
    throw new SyscallError("recvfrom", ERRNO.EMSGSIZE, described);
  }
  return buffer.subarray(0, length);
}
