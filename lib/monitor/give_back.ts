/**
 * What a monitor has needed for a start, given back once it only waits: of each
 * container's memory this is a good part.
 *
 * @module
 */
import { trimAllocator } from "../../ffi/allocator.ts";
import { pause } from "../base/pause.ts";

/** When what follows a start is over: first output, those who attach. */
const QUIET_MS = 1000;

/**
 * Gives memory back some time after a start. It takes this thread 20 ms then.
 * Does not keep the process alive.
 */
export async function giveBackSoon(quietMs = QUIET_MS): Promise<void> {
  await pause(quietMs);
  giveBack();
}

/** Gives the kernel all that is not used at present. Blocks for some 20 ms. */
export function giveBack(): void {
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
