/**
 * Sockets that hand descriptors from one process to another.
 *
 * @module
 * @see unix(7), SCM_RIGHTS
 * @see cmsg(3)
 */
import { LITTLE_ENDIAN } from "../endian.ts";
import { Fd } from "../fd.ts";
import { Memory } from "../memory.ts";
import { syscall } from "../syscall.ts";

const AF_UNIX = 1;
const SOCK_STREAM = 1;
const SOCK_CLOEXEC = 0x80000;
const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const MSG_CMSG_CLOEXEC = 0x40000000;

/** What a message may hold, besides the descriptor. */
const MAX_BYTES = 4096;

/** Where the parts of a message are in one piece of memory. */
const HEADER = 0;
const IOVEC = 64;
const CONTROL = 96;
/** One `int`, with what is before it. */
const CONTROL_LENGTH = 20;
const CONTROL_SPACE = 24;
const CONTENT = 128;

/** Two sockets, each connected to the other; both close-on-exec. */
export function socketPair(): readonly [Fd, Fd] {
  const ends = new Int32Array(2);
  const bytes = new Uint8Array(ends.buffer);
  syscall("socketpair", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bytes);
  const [one = -1, other = -1] = ends;
  return [new Fd(one), new Fd(other)];
}

/**
 * Sends a message with a descriptor; the receiver gets its own of the same open
 * file.
 *
 * @param content 1 to 4096 bytes.
 * @throws {SyscallError} `EPIPE` if nobody listens any more.
 */
export function sendDescriptor(
  socket: Fd,
  content: Uint8Array,
  descriptor: Fd,
): void {
  using message = layOut(content.length);
  message.bytes.set(content, CONTENT);
  const { view } = message;
  view.setBigUint64(CONTROL, BigInt(CONTROL_LENGTH), LITTLE_ENDIAN);
  view.setInt32(CONTROL + 8, SOL_SOCKET, LITTLE_ENDIAN);
  view.setInt32(CONTROL + 12, SCM_RIGHTS, LITTLE_ENDIAN);
  view.setInt32(CONTROL + 16, descriptor.number, LITTLE_ENDIAN);
  const MSG_NOSIGNAL = 0x4000;
  syscall("sendmsg", socket.number, message, MSG_NOSIGNAL);
}

/**
 * Waits for a message with a descriptor, blocking the thread.
 *
 * @returns `undefined` if the other side closes without one.
 */
export function receiveDescriptor(
  socket: Fd,
): { readonly content: Uint8Array; readonly descriptor: Fd } | undefined {
  using message = layOut(MAX_BYTES);
  const { view, bytes } = message;
  const length = syscall("recvmsg", socket.number, message, MSG_CMSG_CLOEXEC);
  const controlLength = view.getBigUint64(HEADER + 40, LITTLE_ENDIAN);
  if (length === 0 || controlLength < BigInt(CONTROL_LENGTH)) return undefined;
  return {
    content: bytes.slice(CONTENT, CONTENT + length),
    descriptor: new Fd(view.getInt32(CONTROL + 16, LITTLE_ENDIAN)),
  };
}

/** `struct msghdr` with one `struct iovec` and room for one descriptor. */
function layOut(contentLength: number): Memory {
  const memory = new Memory(CONTENT + MAX_BYTES);
  const { view, address } = memory;
  const at = (offset: number): bigint => address + BigInt(offset);
  view.setBigUint64(HEADER + 16, at(IOVEC), LITTLE_ENDIAN);
  view.setBigUint64(HEADER + 24, 1n, LITTLE_ENDIAN);
  view.setBigUint64(HEADER + 32, at(CONTROL), LITTLE_ENDIAN);
  view.setBigUint64(HEADER + 40, BigInt(CONTROL_SPACE), LITTLE_ENDIAN);
  view.setBigUint64(IOVEC, at(CONTENT), LITTLE_ENDIAN);
  view.setBigUint64(IOVEC + 8, BigInt(contentLength), LITTLE_ENDIAN);
  return memory;
}
