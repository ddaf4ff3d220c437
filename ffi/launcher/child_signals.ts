/**
 * What a launched child does about signals, as records for its plan. It starts
 * with every handler back to the default and every signal blocked.
 *
 * @module
 */
import { SIGNALS } from "../constants/signal.ts";
import type { SyscallRecord } from "../record.ts";

/** Size of the kernel's `sigset_t`, which is not glibc's. */
export const SIGSET_BYTES = 8;
/** Size of the kernel's `struct sigaction` on both architectures. */
const SIGACTION_BYTES = 32;

/** Operation of rt_sigprocmask(2) that replaces the mask. */
export const SIG_SETMASK = 2;

/**
 * Takes back that Deno ignores SIGPIPE: ignored signals stay ignored across
 * execve, and `yes | head` would never end.
 */
export const RESET_SIGPIPE: SyscallRecord = {
  call: "rt_sigaction",
  args: [
    { value: SIGNALS.SIGPIPE, text: "SIGPIPE" },
    // All zero is SIG_DFL without flags.
    { bytes: new Uint8Array(SIGACTION_BYTES), text: "{SIG_DFL}" },
    null,
    SIGSET_BYTES,
  ],
};

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
