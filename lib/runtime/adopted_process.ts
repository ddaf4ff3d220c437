/**
 * A container's process that is not our child: who started it was killed.
 *
 * @module
 * @see Linux include/uapi/linux/pidfd.h, PIDFD_GET_INFO
 */
import { ExitWatch } from "../../ffi/calls/exit_watch.ts";
import { waitReadable } from "../../ffi/calls/poll.ts";
import type { WaitStatus } from "../../ffi/calls/process.ts";
import { isKernelAtLeast, parseKernel } from "../base/kernel_version.ts";
import type { ContainerProcess } from "./launch/container_process.ts";
import {
  openProcess,
  signalUnlessClosed,
  statusOfEnded,
} from "./opened_process.ts";
import type { ProcessIdentity } from "./process_identity.ts";

/** Status of a program whose own the kernel does not tell. */
const UNKNOWN: WaitStatus = { kind: "exited", status: 255 };
/** How long after its end that may be told at the latest. */
const TOLD_MS = 1000;

/**
 * Takes over a process.
 *
 * @returns `undefined` if it has ended.
 */
export function adoptProcess(
  identity: ProcessIdentity,
): ContainerProcess | undefined {
  using undo = new DisposableStack();
  const watch = undo.use(watchExit(identity));
  const pidfd = openProcess(identity);
  if (pidfd === undefined) return undefined;
  undo.move();
  return {
    pid: identity.pid,
    pidfd,
    async wait(): Promise<WaitStatus> {
      using owned = pidfd;
      using watched = watch;
      while ((await waitReadable([owned], Infinity)).length === 0);
      return statusOfEnded(owned, identity) ??
        await watched?.status(TOLD_MS) ?? UNKNOWN;
    },
    signal(number: number): void {
      signalUnlessClosed(pidfd, number);
    },
  };
}

/** What tells the status where the descriptor does not. */
function watchExit({ pid }: ProcessIdentity): ExitWatch | undefined {
  const isTold = isKernelAtLeast(parseKernel(Deno.osRelease()), "6.15");
  return isTold ? undefined : ExitWatch.open(pid);
}
