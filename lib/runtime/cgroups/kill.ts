/**
 * Ending every process of a container, whatever it has become.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "cgroup.kill"
 * @see Linux Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst
 */
import { openPidfd, sendSignal } from "../../../ffi/calls/process.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Hierarchy } from "./hierarchy.ts";
import { readLineIfAny, writeIfAny } from "./interface_file.ts";
import { pause } from "./pause.ts";
import { walkCgroups } from "./walk.ts";

/** How long processes may take to stop before they are killed one by one. */
const FREEZE_MS = 50;

/**
 * Sends SIGKILL to all processes in a container's cgroup and below. Does not
 * wait for their ends. Frozen ones are thawed, or could not end.
 *
 * @param cgroupsPath The container's, below the root of each hierarchy.
 */
export function killIn(
  hierarchies: readonly Hierarchy[],
  cgroupsPath: string,
): void {
  const freezer = hierarchies.find(({ controllers }) =>
    controllers.includes("freezer")
  );
  const frozen = freezer && `${freezer.mountPoint}${cgroupsPath}`;
  if (frozen !== undefined) freeze(frozen);
  const pids = new Set<number>();
  for (const { version, mountPoint } of hierarchies) {
    const directory = `${mountPoint}${cgroupsPath}`;
    if (version === "v2") {
      if (writeIfAny(`${directory}/cgroup.kill`, "1")) continue;
      // Before Linux 5.14 they can be stopped at least.
      writeIfAny(`${directory}/cgroup.freeze`, "1");
    }
    for (const pid of processesOf(directory)) pids.add(pid);
  }
  for (const pid of pids) kill(pid, cgroupsPath);
  if (frozen !== undefined) thaw(frozen);
}

/** Stops them, so that none can start another before it is killed itself. */
function freeze(directory: string): void {
  const file = `${directory}/freezer.state`;
  if (!writeIfAny(file, "FROZEN")) return;
  const end = performance.now() + FREEZE_MS;
  while (readLineIfAny(file) === "FREEZING" && performance.now() < end) pause();
}

/** All of them: the container may have frozen some of its own. */
function thaw(directory: string): void {
  walkCgroups(directory, {
    enter: (path) => {
      writeIfAny(`${path}/freezer.state`, "THAWED");
    },
  });
}

/** Those that can be seen from here; others are listed as 0. */
function processesOf(directory: string): number[] {
  const pids: number[] = [];
  walkCgroups(directory, {
    enter: (path) => {
      const lines = readLineIfAny(`${path}/cgroup.procs`).split("\n");
      for (const pid of lines.map(Number)) {
        if (pid > 0 && pid !== Deno.pid) pids.push(pid);
      }
    },
  });
  return pids;
}

function kill(pid: number, cgroupsPath: string): void {
  try {
    using process = openPidfd(pid);
    // Before there was a descriptor, the pid may have got a new owner.
    if (!isIn(pid, cgroupsPath)) return;
    sendSignal(process, SIGNALS.SIGKILL);
  } catch (error) {
    // It has ended by itself.
    if (!isSyscallError(error, "ESRCH")) throw error;
  }
}

function isIn(pid: number, cgroupsPath: string): boolean {
  try {
    return readLineIfAny(`/proc/${pid}/cgroup`).includes(cgroupsPath);
  } catch (error) {
    // ENAMETOOLONG: the kernel shows no such path. It was there a moment ago.
    if (error instanceof Error && error.message.includes("(os error 36)")) {
      return true;
    }
    throw error;
  }
}
