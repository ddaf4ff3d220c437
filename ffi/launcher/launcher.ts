/**
 * Runs recorded system calls in a new process without a fork: the child shares
 * this process's memory, walks the records in machine code and ends in execve,
 * while the calling thread waits. What stopped it is then read from memory.
 *
 * @module
 * @see clone(2), "clone3()"
 */
import { Arena } from "../arena.ts";
import { sendSignal } from "../calls/process.ts";
import { ERRNO } from "../constants/errno.ts";
import { CLONE } from "../constants/sched.ts";
import { SIGNALS } from "../constants/signal.ts";
import { PRCTL } from "../constants/prctl.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { Fd } from "../fd.ts";
import type { Memory } from "../memory.ts";
import { CLONE_ARGS, TIMESPEC } from "../structs.ts";
import { syscall, trySyscall } from "../syscall.ts";
import { SIG_SETMASK, SIGSET_BYTES } from "./child_signals.ts";
import { entryOf, loadCode } from "./code.ts";
import { IdMapGate, type IdMapTexts, writeIdMaps } from "./id_map_gate.ts";
import {
  type Failure,
  Program,
  type ProgramOptions,
  timespecNs,
  type TracedCall,
} from "./program.ts";

export type { Failure, TracedCall } from "./program.ts";

/** A process to launch. */
export interface LaunchOptions extends ProgramOptions {
  /** Flags of clone3 besides the launcher's own: the namespaces to make new. */
  readonly cloneFlags: bigint;
  /** A cgroup v2 directory for the child to start in. */
  readonly cgroup?: Fd;
  /** Ids of its new user namespace, which must be among the flags. */
  readonly idMaps?: IdMapTexts;
  /** Called once its ids are mapped, before its first call. */
  onMapped?(pid: number): void;
}

/** What became of a launch. */
export type Launched =
  | {
    readonly kind: "started";
    readonly pid: number;
    /** The caller's to wait on and close. */
    readonly pidfd: Fd;
    readonly trace: readonly TracedCall[];
  }
  | {
    readonly kind: "failed";
    /** The failing record's place in the list, or -1 for clone3 itself. */
    readonly index: number;
    readonly errno: number;
    readonly trace: readonly TracedCall[];
  };

/** What became of a batch. */
export interface BatchOutcome {
  /** The call that ended it early, if one did. */
  readonly failure: Failure | undefined;
  readonly trace: readonly TracedCall[];
}

const OWN_FLAGS = BigInt(
  CLONE.CLONE_VM + CLONE.CLONE_PIDFD + CLONE.CLONE_CLEAR_SIGHAND,
);
/** The child's code has no use for a stack, but clone3 wants one. */
const STACK_BYTES = 4096;
const STACK_ALIGNMENT = 16;
/** Calls that a child's sequence may end with. */
const LAST_CALLS: readonly string[] = ["execve", "execveat", "exit_group"];
const SUID_DUMP_USER = 1;
const P_PIDFD = 3;
const WEXITED = 4;
const CLOCK_MONOTONIC = 1;

const LAUNCH = {
  parameters: ["u64", "u64", "u64", "u64"],
  result: "i64",
} as const;
const BATCH = { parameters: ["u64", "u64"], result: "i64" } as const;

/** Machine code that makes recorded system calls. */
export class NativeLauncher implements Disposable {
  readonly #code: Memory;
  /** What the kernel reads; a child that waits for its ids may read it late. */
  readonly #arena = new Arena();

  /** @throws {SyscallError} Where executable memory is refused. */
  constructor() {
    this.#code = loadCode();
  }

  /**
   * Launches a process. Blocks until its execve, or until it has failed and
   * been reaped; nothing of a failed launch is left but what its calls did.
   *
   * The child starts with every signal blocked and with the default handlers.
   * The results its calls leave are in `options.results` afterwards; they are
   * of use here only where the child shares more than memory (`CLONE_FILES`).
   *
   * @throws {TypeError} If the records cannot be encoded, or do not end in
   * execve, execveat or exit_group.
   * @throws {SyscallError} If its ids cannot be mapped; no child is left.
   */
  launch(options: LaunchOptions): Launched {
    const last = options.records.at(-1)?.call ?? "nothing";
    if (!LAST_CALLS.includes(last)) {
      throw new TypeError(`A child's records end in ${last}, not in execve`);
    }
    const arena = this.#arena;
    using gate = options.idMaps === undefined
      ? undefined
      : new IdMapGate(arena);
    const held = gate?.records.length ?? 0;
    const program = new Program({
      ...options,
      records: [...gate?.records ?? [], ...options.records],
    }, arena);
    const pidfd = arena.allocate(4);
    const busy = gate?.busy;
    const args = arena.put(
      cloneArgs(options, arena, { pidfd: pidfd.address, busy }),
    );
    const child = (): Fd =>
      new Fd(
        new DataView(pidfd.bytes.buffer, pidfd.bytes.byteOffset)
          .getInt32(0, LITTLE_ENDIAN),
      );

    const entry = new Deno.UnsafeFnPointer(
      entryOf(this.#code, "launch"),
      LAUNCH,
    );
    // setuid in the child clears the flag, which belongs to the shared memory.
    const dumpable = trySyscall("prctl", PRCTL.PR_GET_DUMPABLE);
    const pid = withSignalsBlocked(() => {
      const born = Number(entry.call(
        BigInt(args),
        BigInt(CLONE_ARGS.size),
        BigInt(program.address),
        BigInt(program.status),
      ));
      if (born > 0 && gate !== undefined) {
        mapIds(options, born, child);
        gate.open();
      }
      return born;
    });
    if (pid < 0) return { kind: "failed", index: -1, errno: -pid, trace: [] };
    const end = program.isTraced ? monotonicNs() : 0n;
    if (
      dumpable === SUID_DUMP_USER &&
      trySyscall("prctl", PRCTL.PR_GET_DUMPABLE) !== SUID_DUMP_USER
    ) {
      syscall("prctl", PRCTL.PR_SET_DUMPABLE, SUID_DUMP_USER);
    }

    const fd = child();
    program.collect();
    const trace = program.trace(end).slice(held)
      .map((call) => ({ ...call, index: call.index - held }));
    const failure = program.failure;
    if (failure === undefined) {
      return { kind: "started", pid, pidfd: fd, trace };
    }
    reap(fd);
    const { index, errno } = failure;
    return { kind: "failed", index: index - held, errno, trace };
  }

  /**
   * Makes recorded system calls on the calling thread, all in one call of
   * machine code. Blocks as long as they do.
   *
   * @throws {TypeError} If the records cannot be encoded.
   */
  batch(options: ProgramOptions): BatchOutcome {
    const program = new Program(options, this.#arena);
    const entry = new Deno.UnsafeFnPointer(
      entryOf(this.#code, "batch"),
      BATCH,
    );
    entry.call(BigInt(program.address), BigInt(program.status));
    const end = program.isTraced ? monotonicNs() : 0n;
    program.collect();
    return { failure: program.failure, trace: program.trace(end) };
  }

  /** Unmaps all that it needs; it is of no use afterwards. */
  [Symbol.dispose](): void {
    this.#arena[Symbol.dispose]();
    this.#code[Symbol.dispose]();
  }
}

/** Where the kernel tells us of the child. */
interface ChildWords {
  /** Address of its descriptor. */
  readonly pidfd: number;
  /** Address of a word to clear when it needs our memory no more. */
  readonly busy: number | undefined;
}

function cloneArgs(
  { cloneFlags, cgroup }: LaunchOptions,
  arena: Arena,
  { pidfd, busy }: ChildWords,
): Uint8Array {
  const wait = busy === undefined
    ? CLONE.CLONE_VFORK
    : CLONE.CLONE_CHILD_CLEARTID;
  return CLONE_ARGS.encode({
    flags: cloneFlags | OWN_FLAGS | BigInt(wait) |
      (cgroup === undefined ? 0n : BigInt(CLONE.CLONE_INTO_CGROUP)),
    pidfd,
    child_tid: busy ?? 0,
    exit_signal: SIGNALS.SIGCHLD,
    stack: arena.allocate(STACK_BYTES, STACK_ALIGNMENT).address,
    stack_size: STACK_BYTES,
    cgroup: cgroup?.number ?? 0,
  });
}

/**
 * A signal handled on this thread while the child runs would find the child's
 * stack pointer and memory in use; one that kills must not kill in between.
 */
function withSignalsBlocked<T>(action: () => T): T {
  const all = new Uint8Array(SIGSET_BYTES).fill(0xff);
  const before = new Uint8Array(SIGSET_BYTES);
  syscall("rt_sigprocmask", SIG_SETMASK, all, before, SIGSET_BYTES);
  try {
    return action();
  } finally {
    syscall("rt_sigprocmask", SIG_SETMASK, before, null, SIGSET_BYTES);
  }
}

/** Maps the ids of a child that waits at a gate, or ends it. */
function mapIds(
  { idMaps, onMapped }: LaunchOptions,
  pid: number,
  pidfd: () => Fd,
): void {
  try {
    if (idMaps !== undefined) writeIdMaps(pid, idMaps);
    onMapped?.(pid);
  } catch (error) {
    const child = pidfd();
    sendSignal(child, SIGNALS.SIGKILL);
    reap(child);
    throw error;
  }
}

/** Waits for a child that has failed and is about to exit, and closes `pidfd`. */
function reap(pidfd: Fd): void {
  using _ = pidfd;
  let result: number;
  do {
    result = trySyscall("waitid", P_PIDFD, pidfd.number, null, WEXITED, null);
  } while (result === -ERRNO.EINTR);
}

function monotonicNs(): bigint {
  const timespec = new Uint8Array(TIMESPEC.size);
  syscall("clock_gettime", CLOCK_MONOTONIC, timespec);
  return timespecNs(timespec);
}
