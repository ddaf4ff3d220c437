/**
 * What a launched child does about signals, as records for its plan. It starts
 * with every handler back to the default and every signal blocked.
 *
 * @module
 */
import { SIGNALS } from "../constants/signal.ts";
import type { Symbolic, SyscallRecord } from "../record.ts";

/** Size of the kernel's `sigset_t`, which is not glibc's. */
export const SIGSET_BYTES = 8;
/** Size of the kernel's `struct sigaction` on both architectures. */
const SIGACTION_BYTES = 32;

/** Operation of rt_sigprocmask(2) that replaces the mask. */
export const SIG_SETMASK = 2;

/**
 * Signals that a caller may have been started with ignored, and which it does
 * not handle itself: clone3 puts handled ones back, and execve keeps ignored
 * ones ignored. Deno ignores SIGPIPE (`yes | head` would never end); shells,
 * Python and glibc's posix_spawn, which keeps 32 and 33 to itself, the others.
 */
const PERHAPS_IGNORED: readonly Symbolic[] = [
  { text: "SIGPIPE", value: SIGNALS.SIGPIPE },
  { text: "SIGCHLD", value: SIGNALS.SIGCHLD },
  { text: "SIGTSTP", value: SIGNALS.SIGTSTP },
  { text: "SIGTTIN", value: SIGNALS.SIGTTIN },
  { text: "SIGTTOU", value: SIGNALS.SIGTTOU },
  { text: "SIGXFSZ", value: SIGNALS.SIGXFSZ },
  { text: "SIGCANCEL", value: 32 },
  { text: "SIGSETXID", value: 33 },
];

/** All zero is the default action without flags. */
const DEFAULT = { bytes: new Uint8Array(SIGACTION_BYTES), text: "{SIG_DFL}" };

/** Gives the program the default action of signals that were ignored. */
export const RESET_SIGNALS: readonly SyscallRecord[] = PERHAPS_IGNORED.map(
  (signal) => ({
    call: "rt_sigaction",
    args: [signal, DEFAULT, null, SIGSET_BYTES],
  }),
);

/**
 * Unblocks every signal. Belongs right before execve: a signal that arrives
 * earlier would end the child half-way through its plan, and the parent would
 * take it for a program killed by that signal.
 */
export const UNBLOCK_SIGNALS: SyscallRecord = {
  call: "rt_sigprocmask",
  args: [
    { value: SIG_SETMASK, text: "SIG_SETMASK" },
    { bytes: new Uint8Array(SIGSET_BYTES), text: "[]" },
    null,
    SIGSET_BYTES,
  ],
};
