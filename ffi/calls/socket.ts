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
const CONTENT = 128;

/** `struct cmsghdr`, which descriptors follow: an `int` each. */
const CONTROL_HEADER_BYTES = 16;
const INT_BYTES = 4;
/** As many descriptors as there is room for. */
const MAX_DESCRIPTORS = (CONTENT - CONTROL - CONTROL_HEADER_BYTES) / INT_BYTES;

/** Two sockets, each connected to the other; both close-on-exec. */
export function socketPair(): readonly [Fd, Fd] {
  const ends = new Int32Array(2);
  const bytes = new Uint8Array(ends.buffer);
  syscall("socketpair", AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, bytes);
  const [one = -1, other = -1] = ends;
  return [new Fd(one), new Fd(other)];
}

/**
 * Sends a message with descriptors; the receiver gets its own of the same open
 * files.
 *
 * @param content 1 to 4096 bytes.
 * @param descriptors One to four; they stay the caller's.
 * @throws {SyscallError} `EPIPE` if nobody listens any more.
 */
export function sendDescriptors(
  socket: Fd,
  content: Uint8Array,
  descriptors: readonly Fd[],
): void {
  using message = layOut(content.length, descriptors.length);
  message.bytes.set(content, CONTENT);
  const { view } = message;
  const length = controlLength(descriptors.length);
  view.setBigUint64(CONTROL, BigInt(length), LITTLE_ENDIAN);
  view.setInt32(CONTROL + 8, SOL_SOCKET, LITTLE_ENDIAN);
  view.setInt32(CONTROL + 12, SCM_RIGHTS, LITTLE_ENDIAN);
  for (const [index, { number }] of descriptors.entries()) {
    view.setInt32(descriptorAt(index), number, LITTLE_ENDIAN);
  }
  const MSG_NOSIGNAL = 0x4000;
  syscall("sendmsg", socket.number, message, MSG_NOSIGNAL);
}

/** A message as it arrives. */
export interface ReceivedDescriptors {
  readonly content: Uint8Array;
  /** At least one; the receiver's to close. */
  readonly descriptors: readonly [Fd, ...Fd[]];
}

/**
 * Waits for a message with descriptors, blocking the thread.
 *
 * @returns `undefined` if the other side closes without one.
 */
export function receiveDescriptors(
  socket: Fd,
): ReceivedDescriptors | undefined {
  using message = layOut(MAX_BYTES, MAX_DESCRIPTORS);
  const { view, bytes } = message;
  const length = syscall("recvmsg", socket.number, message, MSG_CMSG_CLOEXEC);
  const controlBytes = Number(view.getBigUint64(HEADER + 40, LITTLE_ENDIAN));
  if (length === 0 || controlBytes < controlLength(1)) return undefined;
  const arrived = Number(view.getBigUint64(CONTROL, LITTLE_ENDIAN));
  const at = (index: number): Fd =>
    new Fd(view.getInt32(descriptorAt(index), LITTLE_ENDIAN));
  const descriptors: [Fd, ...Fd[]] = [at(0)];
  for (let index = 1; controlLength(index + 1) <= arrived; index++) {
    descriptors.push(at(index));
  }
  return { content: bytes.slice(CONTENT, CONTENT + length), descriptors };
}

/** `CMSG_LEN()` of some descriptors. */
function controlLength(count: number): number {
  return CONTROL_HEADER_BYTES + count * INT_BYTES;
}

/** `CMSG_SPACE()`: the length rounded up to 8 bytes. */
function controlSpace(count: number): number {
  return Math.ceil(controlLength(count) / 8) * 8;
}

function descriptorAt(index: number): number {
  return CONTROL + controlLength(index);
}

/** `struct msghdr` with one `struct iovec` and room for some descriptors. */
function layOut(contentLength: number, count: number): Memory {
  if (count < 1 || count > MAX_DESCRIPTORS) {
    throw new RangeError(`A message takes 1 to ${MAX_DESCRIPTORS} descriptors`);
  }
  const memory = new Memory(CONTENT + MAX_BYTES);
  const { view, address } = memory;
  const at = (offset: number): bigint => BigInt(address + offset);
  view.setBigUint64(HEADER + 16, at(IOVEC), LITTLE_ENDIAN);
  view.setBigUint64(HEADER + 24, 1n, LITTLE_ENDIAN);
  view.setBigUint64(HEADER + 32, at(CONTROL), LITTLE_ENDIAN);
  view.setBigUint64(HEADER + 40, BigInt(controlSpace(count)), LITTLE_ENDIAN);
  view.setBigUint64(IOVEC, at(CONTENT), LITTLE_ENDIAN);
  view.setBigUint64(IOVEC + 8, BigInt(contentLength), LITTLE_ENDIAN);
  return memory;
}
