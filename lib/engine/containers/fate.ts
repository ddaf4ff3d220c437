/**
 * What becomes of a program whose caller is killed.
 *
 * @module
 */
import type { RunningRecord } from "./records.ts";

/**
 * Whether a program in the foreground ends with its caller or goes on. One that
 * can be left by keys has to go on, since the kernel cannot be told later not to
 * kill it; should its caller be killed, it loses its terminal, as if the window
 * had been closed.
 */
export function fateWithoutCaller(
  { tty, interactive }: {
    readonly tty: boolean;
    readonly interactive: boolean;
  },
): RunningRecord["withoutKeeper"] {
  return tty && interactive ? "goes-on" : "ends";
}
