/**
 * Being born into a pid namespace: a process cannot enter one later, so whoever
 * makes it has to say beforehand where its children are born.
 *
 * @module
 * @see setns(2), "PID namespaces"; unshare(2), `CLONE_NEWPID`
 */
import {
  openOwnNamespace,
  setns,
  unshare,
} from "../../../ffi/calls/namespace.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { Fd } from "../../../ffi/fd.ts";
import { lookUp } from "../../../ffi/perform.ts";
import type { LaunchAttempt } from "./container_process.ts";

/**
 * Launches while children of the calling thread are born into the pid namespace
 * that the plan names, and no longer: Deno cannot start a thread meanwhile, and
 * panics if it has to.
 *
 * @param attempt The plan, and the namespace among its results.
 * @param launch Makes the process; starts no thread.
 * @param ofClone Whether what the plan asks of clone3(2) is made here as well,
 * for who cannot use that.
 */
export function whileInPidNamespace<T>(
  { plan, results }: Pick<LaunchAttempt, "plan" | "results">,
  launch: () => T,
  ofClone: "new as well" | "existing only" = "existing only",
): T {
  const isNew = ofClone === "new as well" &&
    (Number(plan.clone.value) & CLONE.CLONE_NEWPID) !== 0;
  if (!isNew && plan.pidNamespace === undefined) return launch();
  using own = openOwnNamespace("pid");
  if (isNew) unshare(CLONE.CLONE_NEWPID);
  else enter(lookUp(results, plan.pidNamespace ?? ""));
  try {
    return launch();
  } finally {
    setns(own, CLONE.CLONE_NEWPID);
  }
}

function enter(number: number): void {
  const shared = new Fd(number);
  try {
    setns(shared, CLONE.CLONE_NEWPID);
  } finally {
    shared.release();
  }
}
