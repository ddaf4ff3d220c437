/**
 * What `stop` and `restart` have in common: their flags, and what they say of
 * a container that did not stop by itself.
 *
 * @module
 */
import {
  parseSignal,
  signalName,
  SIGNALS,
} from "../../../ffi/constants/signal.ts";
import { UsageError } from "../../base/errors.ts";
import type { StopOptions, StopReport } from "../../engine/containers/stop.ts";
import type { FlagTable, OptionsOf } from "../flag.ts";

/** The flags. */
export const STOP_FLAGS = {
  signal: {
    type: "string",
    long: "signal",
    short: "s",
    description: "Signal to send (default the container's own, or SIGTERM)",
  },
  timeout: {
    type: "number",
    long: "timeout",
    short: "t",
    aliases: ["time"],
    description:
      "Seconds to wait before killing it, -1 for ever (default the container's own, or 10)",
  },
} as const satisfies FlagTable;

/**
 * The flags as the engine takes them.
 *
 * @throws {UsageError} If there is no such signal.
 */
export function toStopOptions(
  { signal, timeout }: OptionsOf<typeof STOP_FLAGS>,
): StopOptions {
  return {
    ...(signal === undefined ? {} : { signal: signalOf(signal) }),
    ...(timeout === undefined ? {} : { timeoutS: timeout }),
  };
}

/**
 * Reads a signal.
 *
 * @throws {UsageError} If there is none with such a name or number, in docker's
 * words.
 */
export function signalOf(text: string): number {
  const signal = parseSignal(text);
  if (signal !== undefined) return signal;
  throw new UsageError(`invalid signal: ${text}`, {
    advice: "a name or a number, such as TERM, SIGHUP or 9",
  });
}

/**
 * The line that says why a container had to be killed.
 *
 * @returns Ends in a newline; empty if there is nothing to say.
 */
export function killedLine(
  { config, signal, timeoutS, outcome }: StopReport,
): string {
  // Nobody gets to an end in no time.
  if (timeoutS === 0 || signal === SIGNALS.SIGKILL) return "";
  if (outcome !== "ignored" && outcome !== "late") return "";
  const name = signalName(signal);
  const did = outcome === "ignored"
    ? `ignored ${name}, killed after ${timeoutS} s`
    : `did not end within ${timeoutS} s of ${name}, killed`;
  const hint = outcome === "ignored" && !config.init
    ? "; --init would have stopped it"
    : "";
  return `tsdocker: container ${config.name}: ${did}${hint}\n`;
}
