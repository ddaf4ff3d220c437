/**
 * The re-invoke executor: this program starts itself once more as the hidden
 * command `init`, which walks the plan and then becomes the program. Slower
 * by a start-up, but it needs neither clone3(2) nor executable memory.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import {
  createPipe,
  makeInheritable,
  readAllSync,
  writeAllSync,
} from "../../../ffi/calls/pipe.ts";
import type { WaitStatus } from "../../../ffi/calls/process.ts";
import { O_CLOEXEC, O_WRONLY } from "../../../ffi/constants/fcntl.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { parseSignal } from "../../../ffi/constants/signal.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { isSyscallError, SyscallError } from "../../../ffi/errno.ts";
import { lookUp } from "../../../ffi/perform.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { StartError } from "../../base/errors.ts";
import type {
  ContainerProcess,
  LaunchAttempt,
  LaunchOutcome,
} from "./container_process.ts";
import { whileInPidNamespace } from "./pid_namespace.ts";
import { encodeRequest } from "./plan_codec.ts";
import { selfInvocation } from "./self_invocation.ts";
import { decodeStatus, type StatusFrame } from "./status_pipe.ts";

/** The hidden command that receives the request; see `init.ts`. */
export const INIT_COMMAND = "init";

/** Launches by re-invocation; blocks until the program runs or has failed. */
export async function launchReinvoked(
  attempt: LaunchAttempt,
): Promise<LaunchOutcome> {
  const { plan, status, tracing, mounts } = attempt;
  if (plan.idMaps !== undefined || entersUserNamespace(plan)) {
    // Deno has threads, and the kernel refuses another user namespace to those.
    const reason = "user namespaces need the native launcher";
    return { kind: "unavailable", reason };
  }
  using request = createPipe();
  const child = spawnInit(attempt, request.readable.number);
  joinCgroup(attempt, child.pid);
  request.readable[Symbol.dispose]();
  status.writable[Symbol.dispose]();
  const bytes = encodeRequest({
    unshare: withoutPid(plan.clone),
    steps: plan.child,
    results: [...attempt.results],
    tracing,
  });
  try {
    writeAllSync(request.writable, bytes);
  } catch (error) {
    // It died early; its silence on the status pipe is reported below.
    if (!isSyscallError(error, "EPIPE")) throw error;
  }
  request.writable[Symbol.dispose]();
  const { frames, initErrno } = decodeStatus(readAllSync(status.readable));
  const last = plan.child.length - 1;
  const steps = frames.filter((frame) => frame.index <= last);
  if (initErrno !== undefined) {
    await mounts.outside(() => child.status);
    return { kind: "refused", errno: initErrno };
  }
  const failure = failedFrame(frames, plan.child.length);
  if (failure === undefined) {
    if (tracing === "steps") steps.push(executed(steps));
    return { kind: "started", process: spawnedProcess(child), steps };
  }
  const { code } = await mounts.outside(() => child.status);
  if (failure === "silent") {
    throw new StartError(
      "setup",
      `Cannot start the container: its init ended with status ${code}`,
    );
  }
  const { index, result } = failure;
  return { kind: "failed", index, errno: -result };
}

function entersUserNamespace({ child }: LaunchAttempt["plan"]): boolean {
  return child.some(({ call, args: [, type] }) =>
    call === "setns" && typeof type === "object" && type !== null &&
    "value" in type && type.value === CLONE.CLONE_NEWUSER
  );
}

/** Starts the init inside the pid namespace that it is to be born into. */
function spawnInit(
  attempt: LaunchAttempt,
  requestFd: number,
): Deno.ChildProcess {
  const inherited = [requestFd, ...descriptors(attempt)];
  for (const number of inherited) makeInheritable(number);
  const self = selfInvocation(INIT_COMMAND, String(requestFd));
  const command = new Deno.Command(self.path, {
    args: self.args,
    stdin: "null",
    stdout: "null",
    stderr: "inherit",
  });
  return whileInPidNamespace(attempt, () => command.spawn(), "new as well");
}

/** Puts the init, which waits for its request, where it should have been born. */
function joinCgroup({ plan, results }: LaunchAttempt, pid: number): void {
  if (plan.cgroup === undefined) return;
  const directory = lookUp(results, plan.cgroup);
  using processes = openat(directory, "cgroup.procs", O_WRONLY | O_CLOEXEC);
  writeAllSync(processes, new TextEncoder().encode(String(pid)));
}

/** The descriptors among the results: those that the child's steps name. */
function descriptors(attempt: LaunchAttempt): number[] {
  const named = new Set<string>();
  for (const step of attempt.plan.child) {
    for (const argument of step.args) {
      if (
        typeof argument === "object" && argument !== null &&
        "result" in argument
      ) named.add(argument.result);
    }
  }
  return [...attempt.results].flatMap(([name, number]) =>
    named.has(name) ? [number] : []
  );
}

function withoutPid(
  clone: LaunchAttempt["plan"]["clone"],
): LaunchAttempt["plan"]["clone"] {
  return {
    value: Number(clone.value) & ~CLONE.CLONE_NEWPID,
    text: clone.text.split("|").filter((name) => name !== "CLONE_NEWPID")
      .join("|"),
  };
}

/** The execve that worked: nobody was left to report or time it. */
function executed(steps: readonly StatusFrame[]): StatusFrame {
  return { index: steps.length, result: 0, ms: 0 };
}

/** The step that failed; `"silent"` if the init never got to execve(2). */
function failedFrame(
  frames: readonly StatusFrame[],
  steps: number,
): StatusFrame | "silent" | undefined {
  const last = frames.at(-1);
  if (last === undefined) return "silent";
  if (last.index === steps) return undefined;
  return last.result < 0 ? last : "silent";
}

function spawnedProcess(child: Deno.ChildProcess): ContainerProcess {
  let hasEnded = false;
  return {
    pid: child.pid,
    pidfd: undefined,
    async wait(): Promise<WaitStatus> {
      const { code, signal } = await child.status;
      hasEnded = true;
      return signal === null
        ? { kind: "exited", status: code }
        : { kind: "signaled", signal: parseSignal(signal) ?? 0 };
    },
    signal(number: number): void {
      // The pid may have got a new owner.
      if (hasEnded) {
        throw new SyscallError("kill", ERRNO.ESRCH, String(child.pid));
      }
      syscall("kill", child.pid, number);
    },
  };
}
