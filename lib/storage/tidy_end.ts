/**
 * Ctrl-C and the like end a process that adds to the store, but not before
 * what it has begun is taken away again.
 *
 * @module
 * @see signal(7)
 */
import { bytesToRead, readSync } from "../../ffi/calls/pipe.ts";
import { waitForFirst } from "../../ffi/calls/poll.ts";
import { signalName, SIGNALS } from "../../ffi/constants/signal.ts";
import type { Fd } from "../../ffi/fd.ts";
import { isIgnored, resetSignal } from "../../ffi/signals.ts";
import { HostError } from "../base/errors.ts";
import { tryInterceptSignals } from "../base/intercept_signals.ts";
import { undoBegun } from "./unfinished.ts";

/** By these a user asks to end. */
const ENDINGS: readonly number[] = [
  SIGNALS.SIGHUP,
  SIGNALS.SIGINT,
  SIGNALS.SIGTERM,
];
/** How soon a signal is noticed by who waits for something else. */
const LOOK_EVERY_MS = 40;

/** The signals that have come, one byte each, while they are heard. */
const heard: { requests?: Fd } = {};

/**
 * Until the scope ends, signals end this process without leaving what it has
 * begun. Where executable memory is refused, the next command cleans up.
 */
export function endTidily(): Disposable {
  const signals = ENDINGS.filter((signal) => !isIgnored(signal));
  if (heard.requests !== undefined || signals.length === 0) {
    return { [Symbol.dispose]: () => undefined };
  }
  const requests = tryInterceptSignals(signals);
  if (requests === undefined) return { [Symbol.dispose]: () => undefined };
  heard.requests = requests;
  const timer = setInterval(endIfAsked, LOOK_EVERY_MS);
  Deno.unrefTimer(timer);
  return {
    [Symbol.dispose](): void {
      endIfAsked();
      clearInterval(timer);
      signals.forEach(resetSignal);
      delete heard.requests;
      requests[Symbol.dispose]();
    },
  };
}

/**
 * Ends this process if a signal has asked for it; to be called again and again
 * by what takes long without waiting.
 */
export function endIfAsked(): void {
  const { requests } = heard;
  if (requests === undefined || bytesToRead(requests) === 0) return;
  const byte = new Uint8Array(1);
  readSync(requests, byte);
  endBy(byte[0] ?? SIGNALS.SIGTERM);
}

/**
 * Waits for input, on this thread; a signal ends this process meanwhile.
 */
export function awaitInputTidily(input: Fd): void {
  const { requests } = heard;
  if (requests === undefined) return;
  while (waitForFirst([requests, input]) !== input) endIfAsked();
}

/** As if it had never been caught, so that a shell knows. */
function endBy(signal: number): never {
  undoBegun();
  resetSignal(signal);
  Deno.kill(Deno.pid, signalName(signal) as Deno.Signal);
  // Process 1 of a pid namespace cannot be ended like that.
  throw new HostError(`Interrupted by ${signalName(signal)}`);
}
