/**
 * Waiting for the first of several descriptors.
 *
 * @module
 * @see poll(2)
 */
import { ERRNO } from "../constants/errno.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { SyscallError } from "../errno.ts";
import type { Fd } from "../fd.ts";
import { Memory } from "../memory.ts";
import { syscallAsync, trySyscall } from "../syscall.ts";

const POLLIN = 0x1;
const POLLFD_BYTES = 8;
const REVENTS_OFFSET = 6;
/** The kernel counts no further than some centuries; an hour will do. */
const LONGEST_MS = 3_600_000;
const MS = 1000;
const NS = 1_000_000;

/**
 * Waits on another thread until one of the descriptors can be read without
 * waiting, as a pidfd can once its process has ended.
 *
 * @param descriptors They stay the caller's; one that is closed meanwhile is
 * waited for all the same.
 * @param timeoutMs How long to wait at most; may be `Infinity`.
 * @returns Those that can be read; none after the time or an hour, or if a
 * signal came.
 */
export async function waitReadable(
  descriptors: readonly Fd[],
  timeoutMs: number,
): Promise<readonly Fd[]> {
  const length = descriptors.length * POLLFD_BYTES;
  using memory = new Memory(length + 16);
  const { view } = memory;
  for (const [index, { number }] of descriptors.entries()) {
    view.setInt32(index * POLLFD_BYTES, number, LITTLE_ENDIAN);
    view.setInt16(index * POLLFD_BYTES + 4, POLLIN, LITTLE_ENDIAN);
  }
  const wholeMs = Math.min(LONGEST_MS, Math.max(0, Math.ceil(timeoutMs)));
  const seconds = BigInt(Math.floor(wholeMs / MS));
  view.setBigInt64(length, seconds, LITTLE_ENDIAN);
  view.setBigInt64(length + 8, BigInt(wholeMs % MS * NS), LITTLE_ENDIAN);
  using holds = new DisposableStack();
  for (const descriptor of descriptors) holds.use(descriptor.hold());
  const timeout = memory.address + length;
  await syscallAsync("ppoll", memory, descriptors.length, timeout, null, 0);
  return descriptors.filter((_, index) =>
    view.getInt16(index * POLLFD_BYTES + REVENTS_OFFSET, LITTLE_ENDIAN) !== 0
  );
}

/**
 * Waits on another thread until a descriptor can be read without waiting.
 *
 * @param request At least 8 bytes, nobody else's while this waits: mapping new
 * ones takes longer than a key may take to be shown.
 * @returns False if a signal came instead.
 */
export async function awaitInput(fd: Fd, request: Memory): Promise<boolean> {
  const { view } = request;
  view.setInt32(0, fd.number, LITTLE_ENDIAN);
  view.setInt16(4, POLLIN, LITTLE_ENDIAN);
  view.setInt16(REVENTS_OFFSET, 0, LITTLE_ENDIAN);
  await syscallAsync("ppoll", request, 1, null, null, 0);
  return view.getInt16(REVENTS_OFFSET, LITTLE_ENDIAN) !== 0;
}

/**
 * Waits on this thread until one of the descriptors can be read without
 * waiting, or has ended.
 *
 * @returns The first that can; `undefined` if a signal came instead.
 */
export function waitForFirst(descriptors: readonly Fd[]): Fd | undefined {
  const request = askForInput(descriptors);
  trySyscall("ppoll", request, descriptors.length, null, null, 0);
  return findReady(descriptors, request)[0];
}

/**
 * Waits on this thread until one of the descriptors can be read without
 * waiting, or has ended, as a pidfd has with its process. Signals do not matter.
 *
 * @param timeoutMs How long to wait at most; less than 100 years.
 * @returns Those that can; none after the time.
 */
export function readableWithin(
  descriptors: readonly Fd[],
  timeoutMs: number,
): readonly Fd[] {
  const request = askForInput(descriptors);
  const timeout = new Uint8Array(16);
  const timespec = new DataView(timeout.buffer);
  const end = performance.now() + timeoutMs;
  for (;;) {
    const leftMs = Math.max(0, end - performance.now());
    // Both have 64 bits, and the upper ones stay 0.
    timespec.setUint32(0, Math.floor(leftMs / MS), LITTLE_ENDIAN);
    timespec.setUint32(8, Math.floor((leftMs % MS) * NS), LITTLE_ENDIAN);
    const count = descriptors.length;
    const ready = trySyscall("ppoll", request, count, timeout, null, 0);
    if (ready >= 0) return findReady(descriptors, request);
    // SA_RESTART does not restart ppoll(2), whatever the signal was for.
    if (-ready !== ERRNO.EINTR) throw new SyscallError("ppoll", -ready, "");
  }
}

/** An array of `struct pollfd`. */
function askForInput(descriptors: readonly Fd[]): Uint8Array<ArrayBuffer> {
  const request = new Uint8Array(descriptors.length * POLLFD_BYTES);
  const view = new DataView(request.buffer);
  for (const [index, { number }] of descriptors.entries()) {
    view.setInt32(index * POLLFD_BYTES, number, LITTLE_ENDIAN);
    view.setInt16(index * POLLFD_BYTES + 4, POLLIN, LITTLE_ENDIAN);
  }
  return request;
}

/** Those of which the kernel has told anything, in their order. */
function findReady(
  descriptors: readonly Fd[],
  request: Uint8Array<ArrayBuffer>,
): readonly Fd[] {
  const view = new DataView(request.buffer);
  return descriptors.filter((_, index) =>
    view.getInt16(index * POLLFD_BYTES + REVENTS_OFFSET, LITTLE_ENDIAN) !== 0
  );
}
