/**
 * The end of a container's output: all it wrote is passed on, but nobody waits
 * for a descriptor it has given away.
 *
 * @module
 */
import { poolTurn } from "../../../ffi/calls/process.ts";
import { bytesToRead, isHungUp } from "../../../ffi/calls/pipe.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { PumpProgress } from "./pump.ts";

/** An output stream of a container, being copied. */
export interface Output {
  readonly source: Fd;
  readonly progress: PumpProgress;
  /** Settles when the stream has ended, or nobody reads it any more. */
  readonly done: Promise<void>;
}

/** How often to wait for the pool of threads before a timer is set. */
const TURNS = 3;
/** How often a stream that has not ended is looked at. */
const LOOK_MS = 20;

/**
 * Waits until the output of a container that has ended is written. Usually its
 * streams end with it. One that another process has got hold of does not; it
 * counts as ended once it is empty.
 */
export async function drain(outputs: readonly Output[]): Promise<void> {
  if (outputs.length === 0) return;
  const ended = Promise.all(outputs.map(({ done }) => done)).then(() =>
    "ended"
  );
  // The first timer of a process takes longer to set up than the ends of two
  // pipes take to arrive from the threads that read them.
  for (let turn = 0; turn < TURNS; turn++) {
    if (await Promise.race([ended, poolTurn()]) === "ended") return;
  }
  for (let isEmpty = false; !isEmpty;) {
    const { promise, resolve } = Promise.withResolvers<string>();
    const timer = setTimeout(() => resolve("later"), LOOK_MS);
    const reason = await Promise.race([ended, promise]);
    clearTimeout(timer);
    if (reason === "ended") return;
    isEmpty = outputs.every(isStarved);
  }
}

/**
 * Whether all there was has been read and written, and no more has to come.
 *
 * An empty pipe alone does not tell: the thread that has just emptied it may
 * not have got to saying so. Where nobody can write any more, the end follows.
 */
function isStarved({ source, progress }: Output): boolean {
  if (!source.isOpen) return true;
  if (isHungUp(source)) return false;
  return progress.isReading && bytesToRead(source) === 0;
}
