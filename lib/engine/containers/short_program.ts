/**
 * Programs that end soon after their start, as most do that scripts run.
 *
 * @module
 */
import type { ContainerProcess } from "../../runtime/launch/container_process.ts";

/** Nobody notices that output appears so much later. */
const SOON_MS = 10;

/**
 * Waits a moment for a program's end, on this thread: the threads that wait for it,
 * for its output and for signals take a millisecond, which is more than such a program
 * does. Blocks; who types something is not kept waiting.
 *
 * @returns Whether it has ended.
 */
export function endsSoon(
  process: ContainerProcess,
  { tty, interactive }: {
    readonly tty: boolean;
    readonly interactive: boolean;
  },
): boolean {
  return !tty && !interactive && process.endsWithin(SOON_MS);
}
