/**
 * Signals to this process as bytes in a pipe, past Deno's own handling, which
 * answers SIGUSR1 by opening its inspector to everybody on this host.
 *
 * @module
 * @see sigaction(2), signal-safety(7)
 */
import { Arena } from "./arena.ts";
import { createPipe } from "./calls/pipe.ts";
import { ERRNO } from "./constants/errno.ts";
import { SIGNALS } from "./constants/signal.ts";
import { F_SETFL, O_NONBLOCK } from "./constants/fcntl.ts";
import { SyscallError } from "./errno.ts";
import type { Fd } from "./fd.ts";
import { SIGSET_BYTES } from "./launcher/child_signals.ts";
import { entryOf, loadCode, restorer, SYMBOLS } from "./launcher/code.ts";
import type { Memory } from "./memory.ts";
import { SIGACTION } from "./structs.ts";
import { syscall, trySyscall } from "./syscall.ts";

const SA_RESTORER = 0x04000000;
const SA_RESTART = 0x10000000;

/**
 * Takes signals over for the rest of this process's life: each one that arrives,
 * on whichever thread, writes its number as one byte to a pipe.
 *
 * The handler is machine code and runs no JavaScript. It replaces what Deno has
 * installed; a `Deno.addSignalListener` for the same signal afterwards would
 * replace it in turn. Signals 1 to 31 that arrive while one of their kind is
 * pending are one, as ever; a pipe with 65,536 unread bytes loses further ones.
 *
 * @param signals Numbers from `constants/signal.ts`.
 * @returns The pipe's read end, blocking and close-on-exec.
 * @throws {SyscallError} Where executable memory is refused (`EACCES`, `EPERM`)
 * and `Deno.addSignalListener` must do; `EINVAL` for a signal that cannot be
 * caught. Then no signal has been taken over.
 */
export function interceptSignals(signals: readonly number[]): Fd {
  forestallDeno(signals);
  using undo = new DisposableStack();
  const { readable, writable } = createPipe();
  undo.use(readable);
  undo.use(writable);
  // It has no other flag that could be set.
  syscall("fcntl", writable.number, F_SETFL, O_NONBLOCK);
  const code = undo.use(loadCode(writable.number));
  const restorerOffset = restorer();
  const action = SIGACTION.encode({
    sa_handler: code.address + SYMBOLS.onsignal,
    sa_flags: SA_RESTART | (restorerOffset === undefined ? 0 : SA_RESTORER),
    sa_restorer: restorerOffset === undefined
      ? 0
      : code.address + restorerOffset,
  });
  install(signals, action, code);
  // From here on the code and the write end live as long as the process.
  undo.move();
  writable.release();
  return readable;
}

/** `long handle(u8 *signals, size_t count, struct sigaction *, … *before)` */
const HANDLE = {
  parameters: ["u64", "u64", "u64", "u64"],
  result: "i64",
} as const;

/**
 * Gives all signals one handler. By machine code, which is done with all of them
 * before a single call from here would be.
 *
 * @throws {SyscallError} `EINVAL`; then none has it.
 */
function install(
  signals: readonly number[],
  action: Uint8Array,
  code: Memory,
): void {
  using arena = new Arena();
  const numbers = arena.put(Uint8Array.from(signals));
  const before = arena.allocate(signals.length * SIGACTION.size);
  const handle = new Deno.UnsafeFnPointer(entryOf(code, "handle"), HANDLE);
  const count = Number(handle.call(
    BigInt(numbers),
    BigInt(signals.length),
    BigInt(arena.put(action)),
    BigInt(before.address),
  ));
  if (count === signals.length) return;
  for (const [index, signal] of signals.slice(0, count).entries()) {
    const start = index * SIGACTION.size;
    const old = before.bytes.slice(start, start + SIGACTION.size);
    trySyscall("rt_sigaction", signal, old, null, SIGSET_BYTES);
  }
  // It refuses nothing else.
  throw new SyscallError("rt_sigaction", ERRNO.EINVAL, `${signals[count]}`);
}

/**
 * Takes back that a signal is ignored, as the process may have been started.
 * A handler stays.
 */
export function stopIgnoring(signal: number): void {
  if (isIgnored(signal)) resetSignal(signal);
}

/** Whether a signal is ignored, as nohup(1) starts programs. */
export function isIgnored(signal: number): boolean {
  const SIG_IGN = 1n;
  const action = new Uint8Array(SIGACTION.size);
  syscall("rt_sigaction", signal, null, action, SIGSET_BYTES);
  return SIGACTION.decode(action).sa_handler === SIG_IGN;
}

/** Lets a signal do what it does to a process that has not heard of it. */
export function resetSignal(signal: number): void {
  const fallback = new Uint8Array(SIGACTION.size);
  syscall("rt_sigaction", signal, fallback, null, SIGSET_BYTES);
}

/** What Deno handles itself, SIGUSR1 for its inspector. */
const DENOS = ["SIGUSR1", "SIGHUP", "SIGINT", "SIGTERM"] as const;

/**
 * Deno installs handlers of its own once it has run for half a second and waits
 * for something, which is after ours: one of SIGUSR1, and with the first of any
 * signal those that end it tidily. As it installs one only once for each signal,
 * we make it do so now; what it adds to its registry later goes unheard.
 *
 * It cannot be done later, when the signals are ours already: what arrives
 * before Deno's registry has listeners ends this process.
 *
 * @see Deno cli/worker.rs, `spawn_sigusr1_inspector_listener()`; ext/signals/lib.rs
 */
function forestallDeno(signals: readonly number[]): void {
  const name = DENOS.find((denos) => signals.includes(SIGNALS[denos]));
  if (name === undefined) return;
  const listener = (): void => undefined;
  Deno.addSignalListener(name, listener);
  Deno.removeSignalListener(name, listener);
}
