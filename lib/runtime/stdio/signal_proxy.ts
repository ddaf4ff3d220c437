/**
 * Signals to the caller go to the container.
 *
 * @module
 * @see signal(7)
 */
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { stopIgnoring } from "../../../ffi/signals.ts";
import { catchSignals, type CaughtSignals } from "../caught_signals.ts";

/** What a caller's signal means to a container. */
export interface SignalTarget {
  /** Sends a signal to process 1. */
  signal(number: number): void;
  /** The caller's terminal has another size. */
  resize(): void;
}

/** Job control and faults stay with the caller, and so does SIGCHLD. */
const FORWARDED: readonly number[] = [
  SIGNALS.SIGHUP,
  SIGNALS.SIGINT,
  SIGNALS.SIGQUIT,
  SIGNALS.SIGUSR1,
  SIGNALS.SIGUSR2,
  SIGNALS.SIGALRM,
  SIGNALS.SIGTERM,
  SIGNALS.SIGIO,
  SIGNALS.SIGPWR,
  ...Array.from(
    { length: SIGNALS.SIGRTMAX - SIGNALS.SIGRTMIN + 1 },
    (_, index) => SIGNALS.SIGRTMIN + index,
  ),
];

/** Requests to end; the container may ignore them, but not for ever. */
const INSISTENT: ReadonlySet<number> = new Set([
  SIGNALS.SIGINT,
  SIGNALS.SIGTERM,
]);
const PATIENCE = 3;

/**
 * Signals of the caller, held back until there is a container to send them to.
 */
export class SignalProxy {
  readonly #caught: CaughtSignals;
  #requests = 0;

  /** Takes the signals over, for the rest of the process's life. */
  constructor() {
    // Or the kernel would reap the container before we have its status.
    stopIgnoring(SIGNALS.SIGCHLD);
    this.#caught = catchSignals([...FORWARDED, SIGNALS.SIGWINCH]);
  }

  /** Sends what has arrived, and from now on everything at once. */
  attach(target: SignalTarget): void {
    this.#caught.hear((signal) => {
      if (signal === SIGNALS.SIGWINCH) target.resize();
      else this.#send(target, this.#insist(signal));
    });
  }

  /** The third request to end is no longer a request. */
  #insist(signal: number): number {
    if (!INSISTENT.has(signal)) return signal;
    this.#requests++;
    return this.#requests < PATIENCE ? signal : SIGNALS.SIGKILL;
  }

  #send(target: SignalTarget, signal: number): void {
    try {
      target.signal(signal);
    } catch (error) {
      // ESRCH: it has just ended, and its status is on the way.
      if (!isSyscallError(error, "ESRCH")) throw error;
    }
  }
}
