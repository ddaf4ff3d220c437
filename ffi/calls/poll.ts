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
const TIMESPEC_BYTES = 16;
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
  using memory = new Memory(length + TIMESPEC_BYTES);
  const { view } = memory;
  askForInput(view, descriptors);
  const wholeMs = Math.min(LONGEST_MS, Math.max(0, Math.ceil(timeoutMs)));
  putTimespec(view, length, wholeMs);
  using holds = new DisposableStack();
  for (const descriptor of descriptors) holds.use(descriptor.hold());
  const timeout = memory.address + length;
  await syscallAsync("ppoll", memory, descriptors.length, timeout, null, 0);
  return findReady(descriptors, view);
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
  const request = new Uint8Array(descriptors.length * POLLFD_BYTES);
  const view = new DataView(request.buffer);
  askForInput(view, descriptors);
  trySyscall("ppoll", request, descriptors.length, null, null, 0);
  return findReady(descriptors, view)[0];
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
  const count = descriptors.length;
  const request = new Uint8Array(count * POLLFD_BYTES);
  const view = new DataView(request.buffer);
  askForInput(view, descriptors);
  const timeout = new Uint8Array(TIMESPEC_BYTES);
  const timespec = new DataView(timeout.buffer);
  const end = performance.now() + timeoutMs;
  for (;;) {
    putTimespec(timespec, 0, Math.max(0, end - performance.now()));
    const ready = trySyscall("ppoll", request, count, timeout, null, 0);
    if (ready >= 0) return findReady(descriptors, view);
    // SA_RESTART does not restart ppoll(2), whatever the signal was for.
    if (-ready !== ERRNO.EINTR) throw new SyscallError("ppoll", -ready, "");
  }
}

/** Writes an array of `struct pollfd` to zeros. */
function askForInput(request: DataView, descriptors: readonly Fd[]): void {
  for (const [index, { number }] of descriptors.entries()) {
    request.setInt32(index * POLLFD_BYTES, number, LITTLE_ENDIAN);
    request.setInt16(index * POLLFD_BYTES + 4, POLLIN, LITTLE_ENDIAN);
  }
}

/** Those of which the kernel has told anything, in their order. */
function findReady(
  descriptors: readonly Fd[],
  request: DataView,
): readonly Fd[] {
  return descriptors.filter((_, index) =>
    request.getInt16(index * POLLFD_BYTES + REVENTS_OFFSET, LITTLE_ENDIAN) !== 0
  );
}

/**
 * Writes a `struct timespec` over another one or zeros. Its numbers have 64 bits, of
 * which the upper ones stay 0.
 */
function putTimespec(view: DataView, offset: number, ms: number): void {
  view.setUint32(offset, Math.floor(ms / MS), LITTLE_ENDIAN);
  view.setUint32(offset + 8, Math.floor(ms % MS * NS), LITTLE_ENDIAN);
}
