/**
 * What a monitor has needed for a start, or for much output, given back once it
 * only waits: it waits for most of its life.
 *
 * @module
 */
import { trimAllocator } from "../../ffi/allocator.ts";
import { pause } from "../base/pause.ts";

/** When what follows a start is over: first output, those who attach. */
const FIRST_MS = 1000;
/** How often is looked from then on. A look takes 0.1 ms, giving back 20. */
const LOOK_MS = 15_000;
/** What is not worth the time: a line of output, now and then, leaves less. */
const FEW_BYTES = 1024 * 1024;

/** When memory is given back; the real times unless a test has others. */
export interface GiveBackTimes {
  readonly firstMs?: number;
  readonly lookMs?: number;
}

/**
 * Gives memory back soon after a start, and from then on whenever there is more
 * of it than at rest, until it is disposed of. Does not keep the process alive.
 */
export function keepGivingBack(
  { firstMs = FIRST_MS, lookMs = LOOK_MS }: GiveBackTimes = {},
): Disposable {
  let isOver = false;
  const go = async (): Promise<void> => {
    for (let restBytes = 0, waitMs = firstMs;; waitMs = lookMs) {
      await pause(waitMs);
      if (isOver) return;
      if (residentBytes() - restBytes < FEW_BYTES) continue;
      giveBack();
      restBytes = residentBytes();
    }
  };
  void go();
  return { [Symbol.dispose]: () => void (isOver = true) };
}

/** With what is shared with others; that changes little once all has started. */
function residentBytes(): number {
  return Deno.memoryUsage().rss;
}

/** Gives the kernel all that is not used at present. Blocks for some 20 ms. */
function giveBack(): void {
  collectGarbage();
  // After it: what V8 has let go of is the allocator's then.
  trimAllocator();
}

/**
 * Collects all garbage. Absent without `--expose-gc`, as in a checkout: then V8
 * does it when it sees fit, with fragments of pages left.
 */
function collectGarbage(): void {
  const gc: unknown = Reflect.get(globalThis, "gc");
  if (typeof gc !== "function") return;
  gc({ type: "major", execution: "sync", flavor: "last-resort" });
}
