/**
 * Stopping every process of a container, and letting them go on.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "cgroup.freeze"
 * @see Linux Documentation/admin-guide/cgroup-v1/freezer-subsystem.rst
 */
import type { Hierarchy } from "./hierarchy.ts";
import { readLineIfAny, writeIfAny } from "./interface_file.ts";
import { pause } from "./pause.ts";

/** How long processes may take to stop. */
const FREEZE_MS = 2000;

/** What a hierarchy's version calls it. */
interface Freezer {
  readonly file: string;
  readonly frozen: string;
  readonly thawed: string;
  /** Where it shows that it has come to pass, and as what line. */
  readonly state: { readonly file: string; readonly frozen: string };
}

/**
 * Stops all processes in a cgroup and below, and waits until they have stopped.
 *
 * @returns Whether they have, within two seconds; they go on if not.
 */
export function freeze(
  cgroupsPath: string,
  hierarchies: readonly Hierarchy[],
): boolean {
  const freezer = findFreezer(cgroupsPath, hierarchies);
  if (freezer === undefined) return false;
  const end = performance.now() + FREEZE_MS;
  while (performance.now() < end) {
    // Version 1 stops what has been forked meanwhile only if asked again.
    if (!writeIfAny(freezer.file, freezer.frozen)) return false;
    if (isStopped(freezer)) return true;
    pause();
  }
  writeIfAny(freezer.file, freezer.thawed);
  return false;
}

/** Lets the processes go on that {@linkcode freeze} has stopped. */
export function thaw(
  cgroupsPath: string,
  hierarchies: readonly Hierarchy[],
): boolean {
  const freezer = findFreezer(cgroupsPath, hierarchies);
  return freezer !== undefined && writeIfAny(freezer.file, freezer.thawed);
}

/** Whether the processes of a cgroup are stopped, or about to be. */
export function isFrozen(
  cgroupsPath: string,
  hierarchies: readonly Hierarchy[],
): boolean {
  const freezer = findFreezer(cgroupsPath, hierarchies);
  if (freezer === undefined) return false;
  const state = readLineIfAny(freezer.file);
  // Nothing to read: the cgroup is gone, or cannot be frozen.
  return state !== "" && state !== freezer.thawed;
}

function isStopped({ state }: Freezer): boolean {
  return readLineIfAny(state.file).split("\n").includes(state.frozen);
}

function findFreezer(
  cgroupsPath: string,
  hierarchies: readonly Hierarchy[],
): Freezer | undefined {
  const v1 = hierarchies.find(({ controllers }) =>
    controllers.includes("freezer")
  );
  if (v1 !== undefined) {
    const file = `${v1.mountPoint}${cgroupsPath}/freezer.state`;
    return {
      file,
      frozen: "FROZEN",
      thawed: "THAWED",
      state: { file, frozen: "FROZEN" },
    };
  }
  const v2 = hierarchies.find(({ version }) => version === "v2");
  if (v2 === undefined) return undefined;
  const directory = `${v2.mountPoint}${cgroupsPath}`;
  return {
    file: `${directory}/cgroup.freeze`,
    frozen: "1",
    thawed: "0",
    state: { file: `${directory}/cgroup.events`, frozen: "frozen 1" },
  };
}
