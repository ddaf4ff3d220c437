/**
 * Trying system calls without a trace: in a process of their own, launched by
 * machine code, or where that is refused on this thread, as far as it can be
 * undone.
 *
 * @module
 */
import {
  type NamespaceFile,
  openOwnNamespace,
  setns,
  unshare,
} from "../../../ffi/calls/namespace.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { signalName } from "../../../ffi/constants/signal.ts";
import { describeErrno, SyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { NativeLauncher } from "../../../ffi/launcher/launcher.ts";
import { perform } from "../../../ffi/perform.ts";
import type { Results } from "../../../ffi/record.ts";
import { SIGINFO } from "../../../ffi/structs.ts";
import { trySyscall } from "../../../ffi/syscall.ts";
import { PrivateMounts } from "../../runtime/rootfs/private_mounts.ts";
import type { Answer, NewNamespace, Trial } from "./host_probe.ts";

/** One kind of {@linkcode Answer}. */
export type Refusal = Extract<Answer, { kind: "refused" }>;

const WORKS: Answer = { kind: "works" };
const P_PIDFD = 3;
const WEXITED = 4;
const CLD_EXITED = 1;

/** Namespaces that a thread can leave again. */
const RETURNABLE: Readonly<Partial<Record<NewNamespace, NamespaceFile>>> = {
  CLONE_NEWNS: "mnt",
  CLONE_NEWNET: "net",
  CLONE_NEWIPC: "ipc",
  CLONE_NEWUTS: "uts",
  CLONE_NEWCGROUP: "cgroup",
  CLONE_NEWPID: "pid",
};

/**
 * An answer that the kernel gave as an error.
 *
 * @throws What is a mistake of ours.
 */
export function refusal(error: unknown): Refusal {
  if (error instanceof TypeError || error instanceof RangeError) throw error;
  const reason = reasonOf(error);
  return error instanceof SyscallError
    ? { kind: "refused", reason, errno: error.errno }
    : { kind: "refused", reason };
}

/** An error as part of a sentence; the first of two comes first. */
export function reasonOf(error: unknown): string {
  if (error instanceof SuppressedError) {
    return `${reasonOf(error.suppressed)}, then ${reasonOf(error.error)}`;
  }
  if (error instanceof SyscallError) {
    return `${error.call}: ${describeErrno(error.errno)}`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** Makes a trial in a process of its own. */
export function attemptInChild(
  launcher: NativeLauncher,
  { born = [], calls = [], expects = [] }: Trial,
): Answer {
  const launched = launcher.launch({
    cloneFlags: BigInt(flagsOf(born)),
    records: [...calls, { call: "exit_group", args: [0] }],
    results: new Map(),
  });
  if (launched.kind === "failed") {
    const { index, errno } = launched;
    const isLast = index === calls.length - 1;
    if (isLast && expects.includes(errno)) return WORKS;
    const call = calls[index]?.call ?? "clone3";
    return refusal(new SyscallError(call, errno));
  }
  const signal = reap(launched.pidfd);
  return signal === undefined
    ? WORKS
    : { kind: "refused", reason: `it ends in ${signalName(signal)}` };
}

/**
 * Makes a trial on the calling thread.
 *
 * @param reason Why it cannot be made in a process of its own.
 */
export function attemptOnThread(trial: Trial, reason: string): Answer {
  const { born = [], lasting } = trial;
  const cannotReturn = born.some((name) => !(name in RETURNABLE));
  if (lasting || cannotReturn) return { kind: "untried", reason };
  try {
    using undo = new DisposableStack();
    for (const name of born) unshareForNow(name, undo);
    return makeCalls(trial);
  } catch (error) {
    return refusal(error);
  }
}

function unshareForNow(name: NewNamespace, undo: DisposableStack): void {
  const file = RETURNABLE[name];
  if (file === undefined) throw new TypeError(`${name} cannot be left`);
  if (file === "mnt") {
    undo.use(new PrivateMounts());
    unshare(CLONE.CLONE_FS | CLONE.CLONE_NEWNS);
    return;
  }
  const own = undo.use(openOwnNamespace(file));
  unshare(CLONE[name]);
  undo.defer(() => setns(own, CLONE[name]));
}

function makeCalls({ calls = [], expects = [] }: Trial): Answer {
  const results: Results = new Map();
  using opened = new DisposableStack();
  for (const [index, record] of calls.entries()) {
    try {
      const result = perform(record, results);
      if (record.as !== undefined) opened.use(new Fd(result));
    } catch (error) {
      const answer = refusal(error);
      const isLast = index === calls.length - 1;
      const isExpected = isLast && answer.errno !== undefined &&
        expects.includes(answer.errno);
      return isExpected ? WORKS : answer;
    }
  }
  return WORKS;
}

/**
 * Waits for a child that is about to end, and closes its descriptor.
 *
 * @returns The signal that ended it; `undefined` if none did.
 */
export function reap(owned: Fd): number | undefined {
  using pidfd = owned;
  const info = new Uint8Array(SIGINFO.size);
  let result: number;
  do {
    result = trySyscall("waitid", P_PIDFD, pidfd.number, info, WEXITED, null);
  } while (result === -ERRNO.EINTR);
  if (result < 0) throw new SyscallError("waitid", -result);
  const { si_code, si_status } = SIGINFO.decode(info);
  return si_code === CLD_EXITED ? undefined : si_status;
}

function flagsOf(names: readonly NewNamespace[]): number {
  return names.reduce((flags, name) => flags + CLONE[name], 0);
}
