/**
 * Pipes, and reading and writing descriptors that are not Deno's.
 *
 * @module
 * @see pipe(7)
 */
import {
  F_GETFL,
  F_SETFD,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_NONBLOCK,
} from "../constants/fcntl.ts";
import { ERRNO } from "../constants/errno.ts";
import { IOCTLS } from "../constants/ioctls.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { Fd } from "../fd.ts";
import { Memory } from "../memory.ts";
import { syscall, syscallAsync, trySyscall } from "../syscall.ts";

/** The two ends of a pipe. */
export interface Pipe extends Disposable {
  readonly readable: Fd;
  readonly writable: Fd;
}

/**
 * Makes a pipe with close-on-exec ends numbered 10 or more.
 *
 * @throws {SyscallError} `EMFILE` or `ENFILE`.
 */
export function createPipe(): Pipe {
  const ends = new Int32Array(2);
  syscall("pipe2", new Uint8Array(ends.buffer), O_CLOEXEC);
  const [read = -1, write = -1] = ends;
  using undo = new DisposableStack();
  const readable = undo.use(new Fd(read));
  const writable = undo.use(new Fd(write));
  readable.raise();
  writable.raise();
  undo.move();
  return {
    readable,
    writable,
    [Symbol.dispose](): void {
      readable[Symbol.dispose]();
      writable[Symbol.dispose]();
    },
  };
}

/**
 * Lets a descriptor survive the next execve(2), under the same number.
 *
 * @param number A descriptor among the results of a plan.
 */
export function makeInheritable(number: number): void {
  syscall("fcntl", number, F_SETFD, 0);
}

/** Keeps a descriptor that was inherited from being inherited further. */
export function makeUninheritable(number: number): void {
  syscall("fcntl", number, F_SETFD, FD_CLOEXEC);
}

/**
 * Keeps all descriptors but the standard streams from being inherited, those
 * that this process has been given itself as well.
 *
 * @see close_range(2)
 */
export function makeAllUninheritable(): void {
  const FIRST = 3;
  const LAST = 0xffff_ffff;
  const CLOSE_RANGE_CLOEXEC = 4;
  syscall("close_range", FIRST, LAST, CLOSE_RANGE_CLOEXEC);
}

/**
 * Reads what is there, blocking the thread if nothing is.
 *
 * @param buffer Filled from the start; at most 128 KiB are read at once.
 * @returns Bytes read, 0 at the end.
 */
export function readSync(fd: Fd, buffer: Uint8Array): number {
  return syscall("read", fd.number, buffer, buffer.length);
}

/**
 * Reads everything until the end, blocking the thread.
 *
 * @throws {SyscallError} `EIO` and the like.
 */
export function readAllSync(fd: Fd): Uint8Array<ArrayBuffer> {
  const PIECE = 4096;
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = new Uint8Array(PIECE);
    const count = readSync(fd, chunk);
    if (count === 0) break;
    chunks.push(chunk.subarray(0, count));
    length += count;
  }
  const all = new Uint8Array(length);
  let offset = 0;
  for (const chunk of chunks) {
    all.set(chunk, offset);
    offset += chunk.length;
  }
  return all;
}

/**
 * Writes all bytes, blocking the thread.
 *
 * @throws {SyscallError} `EPIPE` if nobody reads.
 */
export function writeAllSync(fd: Fd, bytes: Uint8Array): void {
  const PIECE = 64 * 1024;
  for (let offset = 0; offset < bytes.length;) {
    const piece = bytes.subarray(offset, offset + PIECE);
    offset += syscall("write", fd.number, piece, piece.length);
  }
}

/**
 * Reads into native memory on another thread, waiting until there is
 * something, for a non-blocking descriptor too.
 *
 * @returns Bytes read, 0 at the end, -1 on an error.
 */
export function read(fd: Fd, memory: Memory): Promise<number> {
  const length = memory.bytes.length;
  return transfer(fd, POLLIN, ["read", fd.number, memory, length]);
}

/**
 * Reads into native memory on this thread, from what {@linkcode waitReadable}
 * has found to have something.
 *
 * @returns Bytes read, 0 at the end, negative on an error.
 */
export function readReady(fd: Fd, memory: Memory): number {
  return trySyscall("read", fd.number, memory, memory.bytes.length);
}

/**
 * Writes from native memory on another thread, waiting until there is room,
 * for a non-blocking descriptor too.
 *
 * @param range Which bytes of the memory.
 * @returns Bytes written, which may be fewer; -1 on an error.
 */
export function write(
  fd: Fd,
  memory: Memory,
  range: { readonly offset: number; readonly length: number },
): Promise<number> {
  const address = memory.address + range.offset;
  return transfer(fd, POLLOUT, ["write", fd.number, address, range.length]);
}

/**
 * Writes on this thread, which waits if there is no room.
 *
 * @param bytes At most 256 KiB.
 * @returns Bytes written, which may be fewer; negative on an error.
 */
export function writeReady(fd: Fd, bytes: Uint8Array): number {
  return trySyscall("write", fd.number, bytes, bytes.length);
}

/** Whether there is room for something to be written right now. */
export function hasRoom(fd: Fd): boolean {
  return eventsOf(fd, POLLOUT) === POLLOUT;
}

/**
 * How many bytes a pipe or terminal has ready; 0 if it cannot tell.
 */
export function bytesToRead(fd: Fd): number {
  const count = new Int32Array(1);
  const bytes = new Uint8Array(count.buffer);
  const result = trySyscall("ioctl", fd.number, IOCTLS.FIONREAD, bytes);
  return result < 0 ? 0 : count[0] ?? 0;
}

/**
 * Whether nobody has the other side open any more, so that what is left to be
 * read is followed by the end.
 */
export function isHungUp(fd: Fd): boolean {
  return (eventsOf(fd, 0) & POLLHUP) !== 0;
}

/** Whether somebody can still read what is written to a pipe. */
export function hasReader(writable: Fd): boolean {
  return (eventsOf(writable, 0) & POLLERR) === 0;
}

/** What is true of a descriptor right now, as poll(2) tells. */
function eventsOf(fd: Fd, asked: number): number {
  const request = new Uint8Array(8);
  const view = new DataView(request.buffer);
  view.setInt32(0, fd.number, LITTLE_ENDIAN);
  view.setInt16(4, asked, LITTLE_ENDIAN);
  const now = new Uint8Array(16);
  if (trySyscall("ppoll", request, 1, now, null, 0) <= 0) return 0;
  return view.getInt16(6, LITTLE_ENDIAN);
}

const POLLIN = 0x1;
const POLLOUT = 0x4;
const POLLERR = 0x8;
const POLLHUP = 0x10;

type Transfer = ["read" | "write", number, Memory | number, number];

/**
 * Our standard streams may have been made non-blocking by whoever else has
 * them. The reason why a call on another thread failed is lost, so it is made
 * once more on this one, where such a descriptor cannot block.
 */
async function transfer(
  fd: Fd,
  event: number,
  call: Transfer,
): Promise<number> {
  using _held = fd.hold();
  for (;;) {
    const count = await syscallAsync(...call);
    if (count >= 0 || !fd.isOpen || !isNonBlocking(fd)) return count;
    const again = trySyscall(...call);
    if (again !== -ERRNO.EAGAIN) return Math.max(again, -1);
    await waitForEvent(fd, event);
  }
}

function isNonBlocking(fd: Fd): boolean {
  return (trySyscall("fcntl", fd.number, F_GETFL) & O_NONBLOCK) !== 0;
}

async function waitForEvent(fd: Fd, event: number): Promise<void> {
  using request = new Memory(8);
  request.view.setInt32(0, fd.number, LITTLE_ENDIAN);
  request.view.setInt16(4, event, LITTLE_ENDIAN);
  await syscallAsync("ppoll", request, 1, null, null, 0);
}
