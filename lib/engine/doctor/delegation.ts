/**
 * What may keep a cgroup v2 controller from being handed down to containers.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "No Internal Process
 * Constraint" and "Delegation"
 */
import type { Controller, Hierarchy } from "../../runtime/cgroups/hierarchy.ts";
import { words } from "./hierarchies.ts";
import type { HostProbe } from "./host_probe.ts";

/** What is wrong, and what would help. */
export interface DelegationProblem {
  readonly detail: string;
  readonly fix: string;
}

/**
 * Why a controller cannot be enabled below the top of its hierarchy; nothing
 * is written to find out, since it would stay.
 *
 * @param controller Absent for what every cgroup has.
 * @returns `undefined` if nothing is in the way.
 */
export function delegationProblem(
  probe: HostProbe,
  { version, mountPoint }: Hierarchy,
  controller: Controller | undefined,
): DelegationProblem | undefined {
  if (version === "v1" || controller === undefined) return undefined;
  const switches = `${mountPoint}/cgroup.subtree_control`;
  if (words(probe, switches).includes(controller)) return undefined;
  const answer = probe.openForWriting(switches);
  if (answer.kind === "refused") {
    return {
      detail: `not enabled in ${switches} (${answer.reason})`,
      fix: "cgroups mounted read-write, and root of the host to write them",
    };
  }
  // The top of all has no type; only that one may have processes of its own.
  const isTop = words(probe, `${mountPoint}/cgroup.type`).length === 0;
  if (isTop || words(probe, `${mountPoint}/cgroup.procs`).length === 0) {
    return undefined;
  }
  return {
    detail: `not enabled in ${switches}, as processes are in that cgroup`,
    fix: `move them down first: mkdir ${mountPoint}/init, write each pid of ` +
      `cgroup.procs to init/cgroup.procs`,
  };
}
