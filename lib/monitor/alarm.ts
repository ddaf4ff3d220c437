/**
 * A monitor's sleep, and what wakes it: signals, which otherwise do nothing to
 * it.
 *
 * @module
 */
import { read } from "../../ffi/calls/pipe.ts";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import type { Fd } from "../../ffi/fd.ts";
import { Memory } from "../../ffi/memory.ts";
import { interceptSignals, stopIgnoring } from "../../ffi/signals.ts";

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
  #wake: () => void = () => {};

  constructor() {
    // Or the kernel would reap the container before we have its status.
    stopIgnoring(SIGNALS.SIGCHLD);
    void this.#follow(interceptSignals(HEARD));
  }

  /** Sleeps for so long, or until SIGTERM arrives. */
  async sleep(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, ms);
    this.#wake = resolve;
    await promise;
    clearTimeout(timer);
  }

  async #follow(source: Fd): Promise<void> {
    const memory = new Memory(1);
    for (;;) {
      const length = await read(source, memory);
      if (length <= 0) return;
      const signals = memory.bytes.subarray(0, length);
      if (signals.includes(SIGNALS.SIGTERM)) this.#wake();
    }
  }
}
