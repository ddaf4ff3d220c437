/**
 * Signals to this process, told one after the other.
 *
 * @module
 * @see signal(7)
 */
import { read } from "../../ffi/calls/pipe.ts";
import { signalName, SIGNALS } from "../../ffi/constants/signal.ts";
import type { Fd } from "../../ffi/fd.ts";
import { Memory } from "../../ffi/memory.ts";
import { tryInterceptSignals } from "../base/intercept_signals.ts";

/** Hears of a signal, by number. */
type Receiver = (signal: number) => void;

/** Signals that have no effect on this process, and wait to be heard. */
export interface CaughtSignals {
  /** Tells those that have come, and from now on each as it comes. */
  hear(receive: Receiver): void;
}

/**
 * Takes signals over, for the rest of the process's life. Where executable
 * memory is refused, Deno's listeners must do; SIGUSR1 is then left to Deno.
 */
export function catchSignals(signals: readonly number[]): CaughtSignals {
  const source = tryInterceptSignals(signals);
  if (source === undefined) return listen(signals);
  return { hear: (receive) => void follow(source, receive) };
}

async function follow(source: Fd, receive: Receiver): Promise<void> {
  const memory = new Memory(1);
  for (;;) {
    const length = await read(source, memory);
    if (length <= 0) return;
    for (const signal of memory.bytes.slice(0, length)) receive(signal);
  }
}

function listen(signals: readonly number[]): CaughtSignals {
  const early: number[] = [];
  let tell: Receiver = (signal) => early.push(signal);
  for (const signal of signals) {
    if (signal === SIGNALS.SIGUSR1 || signal >= SIGNALS.SIGRTMIN) continue;
    const name = signalName(signal) as Deno.Signal;
    Deno.addSignalListener(name, () => tell(signal));
  }
  return {
    hear(receive): void {
      tell = receive;
      early.splice(0).forEach(receive);
    },
  };
}
