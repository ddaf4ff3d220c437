/**
 * Signals to this process, told one after the other.
 *
 * @module
 * @see signal(7)
 */
import { read } from "../../ffi/calls/pipe.ts";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import type { Fd } from "../../ffi/fd.ts";
import { Memory } from "../../ffi/memory.ts";
import { tryInterceptSignals } from "../base/intercept_signals.ts";

/** Hears of a signal, by number. */
type Receiver = (signal: number) => void;

/**
 * Takes signals over, for the rest of the process's life. Where executable
 * memory is refused, Deno's listeners must do; SIGUSR1 is then left to Deno.
 */
export function catchSignals(
  signals: readonly number[],
  receive: Receiver,
): void {
  const source = tryInterceptSignals(signals);
  if (source === undefined) listen(signals, receive);
  else void follow(source, receive);
}

async function follow(source: Fd, receive: Receiver): Promise<void> {
  const memory = new Memory(1);
  for (;;) {
    const length = await read(source, memory);
    if (length <= 0) return;
    for (const signal of memory.bytes.slice(0, length)) receive(signal);
  }
}

function listen(signals: readonly number[], receive: Receiver): void {
  for (const [name, number] of Object.entries(SIGNALS)) {
    if (number === SIGNALS.SIGUSR1 || number >= SIGNALS.SIGRTMIN) continue;
    if (!signals.includes(number)) continue;
    Deno.addSignalListener(name as Deno.Signal, () => receive(number));
  }
}
