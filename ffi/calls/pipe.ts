/**
 * Pipes, and reading and writing descriptors that are not Deno's.
 *
 * @module
 * @see pipe(7)
 */
import { F_DUPFD_CLOEXEC, F_SETFD, O_CLOEXEC } from "../constants/fcntl.ts";
import { Fd } from "../fd.ts";
import type { Memory } from "../memory.ts";
import { syscall, syscallAsync } from "../syscall.ts";

/** The two ends of a pipe. */
export interface Pipe extends Disposable {
  readonly readable: Fd;
  readonly writable: Fd;
}

/** New descriptors are at least this, clear of the numbers a child is given. */
const FIRST_DESCRIPTOR = 10;

/**
 * Makes a pipe with close-on-exec ends numbered 10 or more.
 *
 * @throws {SyscallError} `EMFILE` or `ENFILE`.
 */
export function createPipe(): Pipe {
  const ends = new Int32Array(2);
  syscall("pipe2", new Uint8Array(ends.buffer), O_CLOEXEC);
  const [read = -1, write = -1] = ends;
  using low = new DisposableStack();
  low.use(new Fd(read));
  low.use(new Fd(write));
  const readable = raise(read);
  const writable = raise(write);
  return {
    readable,
    writable,
    [Symbol.dispose](): void {
      readable[Symbol.dispose]();
      writable[Symbol.dispose]();
    },
  };
}

function raise(number: number): Fd {
  return new Fd(syscall("fcntl", number, F_DUPFD_CLOEXEC, FIRST_DESCRIPTOR));
}

/**
 * Lets a descriptor survive the next execve(2), under the same number.
 *
 * @param number A descriptor among the results of a plan.
 */
export function makeInheritable(number: number): void {
  syscall("fcntl", number, F_SETFD, 0);
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
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const chunk = new Uint8Array(64 * 1024);
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
 * Reads into native memory on another thread.
 *
 * @returns Bytes read, 0 at the end, -1 on an error.
 */
export function read(fd: Fd, memory: Memory): Promise<number> {
  return syscallAsync("read", fd.number, memory, memory.bytes.length);
}

/**
 * Writes from native memory on another thread.
 *
 * @param range Which bytes of the memory.
 * @returns Bytes written, which may be fewer; -1 on an error.
 */
export function write(
  fd: Fd,
  memory: Memory,
  range: { readonly offset: number; readonly length: number },
): Promise<number> {
  const address = memory.address + BigInt(range.offset);
  return syscallAsync("write", fd.number, address, range.length);
}
