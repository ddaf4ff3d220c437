/**
 * A monitor's sleep, and what wakes it: signals, which otherwise do nothing to
 * it.
 *
 * @module
 */
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { stopIgnoring } from "../../ffi/signals.ts";
import { catchSignals, type CaughtSignals } from "../runtime/caught_signals.ts";

/** Requests that would end the monitor, or open Deno's inspector. */
const HEARD = [
  SIGNALS.SIGHUP,
  SIGNALS.SIGINT,
  SIGNALS.SIGQUIT,
  SIGNALS.SIGTERM,
  SIGNALS.SIGUSR1,
  SIGNALS.SIGUSR2,
];

/** Takes over the signals of this process, for the rest of its life. */
export class Alarm {
  readonly #caught: CaughtSignals;
  #wake: () => void = () => {};

  constructor() {
    // Or the kernel would reap the container before we have its status.
    stopIgnoring(SIGNALS.SIGCHLD);
    this.#caught = catchSignals(HEARD);
  }

  /** From now on it rings; to be called once, before anybody sleeps. */
  arm(): void {
    this.#caught.hear((signal) => {
      if (signal === SIGNALS.SIGTERM) this.#wake();
    });
  }

  /** Sleeps for so long, or until SIGTERM arrives. */
  async sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }
}
