/**
 * The native executor: machine code makes clone3(2) and walks the plan in the
 * child, which shares this process's memory until it becomes the init program.
 *
 * @module
 */
import { readAllSync } from "../../../ffi/calls/pipe.ts";
import {
  reapPidfd,
  waitForEnd,
  waitPidfd,
  type WaitStatus,
} from "../../../ffi/calls/process.ts";
import { describeErrno, isSyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import {
  NativeLauncher,
  type TracedCall,
} from "../../../ffi/launcher/launcher.ts";
import { lookUp } from "../../../ffi/perform.ts";
import { signalUnlessClosed } from "../opened_process.ts";
import type { StepOutcome } from "../rootfs/prepare.ts";
import type {
  ContainerProcess,
  LaunchAttempt,
  LaunchOutcome,
} from "./container_process.ts";
import { keepOomScore } from "./oom_score.ts";
import { whileInPidNamespace } from "./pid_namespace.ts";
import { decodeStatus } from "./status_pipe.ts";
import { explainMaps } from "./user_namespace.ts";

/** Opens what makes system calls natively, or tells why this host has it not. */
export function openNative(): LaunchAttempt["native"] {
  try {
    return new NativeLauncher();
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    return { reason: error.message };
  }
}

/** Launches natively; blocks until the program runs or has failed to start. */
export function launchNative(attempt: LaunchAttempt): LaunchOutcome {
  const { plan, native, results, status } = attempt;
  if ("reason" in native) return { kind: "unavailable", ...native };
  using cgroup = openCgroup(attempt);
  using _score = plan.idMaps === undefined ? undefined : keepOomScore();
  const launched = explainMaps(() =>
    whileInPidNamespace(attempt, () =>
      native.launch({
        cloneFlags: BigInt(plan.clone.value),
        ...(cgroup === undefined ? {} : { cgroup }),
        ...(plan.idMaps === undefined ? {} : { idMaps: plan.idMaps }),
        onMapped: (pid) => attempt.onBorn?.(pid),
        records: plan.child,
        results,
        ...(attempt.tracing === "steps" ? { trace: "times" as const } : {}),
      }))
  );
  if (launched.kind === "failed") {
    const { index, errno } = launched;
    return index >= 0
      ? { kind: "failed", index, errno }
      : { kind: "unavailable", reason: `clone3: ${describeErrno(errno)}` };
  }
  const { pid, pidfd } = launched;
  status.writable[Symbol.dispose]();
  const errno = readInitErrno(status.readable);
  if (errno !== undefined) {
    using refused = pidfd;
    reapPidfd(refused);
    return { kind: "refused", errno };
  }
  const steps = launched.trace.map(toOutcome);
  return { kind: "started", process: nativeProcess(pid, pidfd), steps };
}

/** The directory of the cgroup to be born into, as a descriptor of our own. */
function openCgroup({ plan, results }: LaunchAttempt): Fd | undefined {
  if (plan.cgroup === undefined) return undefined;
  const shared = new Fd(lookUp(results, plan.cgroup));
  try {
    return shared.duplicate();
  } finally {
    shared.release();
  }
}

/** Blocks until the init program has executed the program, or has failed to. */
function readInitErrno(readable: Fd): number | undefined {
  return decodeStatus(readAllSync(readable)).initErrno;
}

function nativeProcess(pid: number, pidfd: Fd): ContainerProcess {
  return {
    pid,
    pidfd,
    async wait(): Promise<WaitStatus> {
      using owned = pidfd;
      // Without a thread, if there is nothing to wait for.
      return waitForEnd(owned, 0) ? reapPidfd(owned) : await waitPidfd(owned);
    },
    signal(number: number): void {
      signalUnlessClosed(pidfd, number);
    },
  };
}

function toOutcome(call: TracedCall): StepOutcome {
  return { result: call.result, ms: call.ns / 1e6 };
}
