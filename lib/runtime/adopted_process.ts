/**
 * A container's process that is not our child: who started it was killed.
 *
 * @module
 * @see Linux include/uapi/linux/pidfd.h, PIDFD_GET_INFO
 */
import { waitReadable } from "../../ffi/calls/poll.ts";
import type { WaitStatus } from "../../ffi/calls/process.ts";
import type { ContainerProcess } from "./launch/container_process.ts";
import {
  openProcess,
  signalUnlessClosed,
  statusOfEnded,
} from "./opened_process.ts";
import type { ProcessIdentity } from "./process_identity.ts";

/** Status of a program whose own the kernel does not tell. */
const UNKNOWN: WaitStatus = { kind: "exited", status: 255 };
/**
 * Takes over a process.
 *
 * @returns `undefined` if it has ended.
 */
export function adoptProcess(
  identity: ProcessIdentity,
): ContainerProcess | undefined {
  const pidfd = openProcess(identity);
  if (pidfd === undefined) return undefined;
  return {
    pid: identity.pid,
    async wait(): Promise<WaitStatus> {
      using owned = pidfd;
      while ((await waitReadable([owned], Infinity)).length === 0);
      return statusOfEnded(owned, identity) ?? UNKNOWN;
    },
    signal(number: number): void {
      signalUnlessClosed(pidfd, number);
    },
  };
}
