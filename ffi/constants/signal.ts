/**
 * Signals of `asm-generic/signal.h`, the same on both architectures, and their
 * names in every spelling a user may choose.
 *
 * @module
 * @see Linux include/uapi/asm-generic/signal.h
 */

/** Number of each signal by name; synonyms come after the name to print. */
export const SIGNALS = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGILL: 4,
  SIGTRAP: 5,
  SIGABRT: 6,
  SIGIOT: 6,
  SIGBUS: 7,
  SIGFPE: 8,
  SIGKILL: 9,
  SIGUSR1: 10,
  SIGSEGV: 11,
  SIGUSR2: 12,
  SIGPIPE: 13,
  SIGALRM: 14,
  SIGTERM: 15,
  SIGSTKFLT: 16,
  SIGCHLD: 17,
  SIGCLD: 17,
  SIGCONT: 18,
  SIGSTOP: 19,
  SIGTSTP: 20,
  SIGTTIN: 21,
  SIGTTOU: 22,
  SIGURG: 23,
  SIGXCPU: 24,
  SIGXFSZ: 25,
  SIGVTALRM: 26,
  SIGPROF: 27,
  SIGWINCH: 28,
  SIGIO: 29,
  SIGPOLL: 29,
  SIGPWR: 30,
  SIGSYS: 31,
  /** The kernel has 32 and 33 too, which the C libraries keep for themselves. */
  SIGRTMIN: 34,
  SIGRTMAX: 64,
} as const;

/** Name of a signal, such as `SIGTERM`. */
type SignalName = keyof typeof SIGNALS;

/**
 * Reads a signal as docker's users write it.
 *
 * @param text `TERM`, `SIGTERM`, `sigterm`, `15`, `RTMIN+3` or `SIGRTMAX-1`.
 * @returns Its number, 1 to 64, or `undefined` if there is no such signal.
 */
export function parseSignal(text: string): number | undefined {
  if (/^\d{1,2}$/.test(text)) return valid(Number(text), 1);
  const upper = text.toUpperCase();
  const name = upper.startsWith("SIG") ? upper : `SIG${upper}`;
  if (isName(name)) return SIGNALS[name];
  const offset = /^SIGRT(?:MIN\+|MAX-)(\d{1,2})$/.exec(name)?.[1];
  if (offset === undefined) return undefined;
  return valid(
    name.startsWith("SIGRTMIN")
      ? SIGNALS.SIGRTMIN + Number(offset)
      : SIGNALS.SIGRTMAX - Number(offset),
    SIGNALS.SIGRTMIN,
  );
}

/**
 * The name to print for a signal.
 *
 * @returns For example `SIGTERM` or `SIGRTMIN+3`; the number as text for one
 * without a name.
 */
export function signalName(signal: number): string {
  for (const name in SIGNALS) {
    if (SIGNALS[name as SignalName] === signal) return name;
  }
  if (valid(signal, SIGNALS.SIGRTMIN) === undefined) return String(signal);
  return `SIGRTMIN+${signal - SIGNALS.SIGRTMIN}`;
}

function isName(text: string): text is SignalName {
  return Object.hasOwn(SIGNALS, text);
}

function valid(signal: number, least: number): number | undefined {
  return signal >= least && signal <= SIGNALS.SIGRTMAX ? signal : undefined;
}
