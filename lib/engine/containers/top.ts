/**
 * `top`: the processes of a container.
 *
 * @module
 */
import { mountedHierarchies } from "../../runtime/cgroups/mount_table.ts";
import { processesIn } from "../../runtime/cgroups/processes.ts";
import {
  bootTimeMs,
  type ProcessEntry,
  readProcess,
} from "../../runtime/process_entry.ts";
import type { ContainerConfig } from "../container_config.ts";
import type { Engine } from "../engine.ts";
import { recordContainerEvent } from "../events.ts";
import { findConfig, requireProcess } from "./look_up.ts";

/**
 * Lists the processes of a running container, as the host sees them.
 *
 * @param reference As `findContainer` takes it.
 * @throws {NotFoundError} If there is none.
 * @throws {InvalidStateError} If it is not running.
 */
export function listProcesses(
  { paths }: Pick<Engine, "paths">,
  reference: string,
): ProcessEntry[] {
  const config = findConfig(paths, reference);
  const { pid } = requireProcess(paths, config, "top");
  const bootMs = bootTimeMs();
  const found = pidsOf(config, pid).flatMap((one) =>
    readProcess(one, bootMs) ?? []
  );
  recordContainerEvent(paths, config, { action: "top" });
  return found;
}

/** Without a cgroup, its first process and those that it has started. */
function pidsOf({ cgroupsPath }: ContainerConfig, first: number): number[] {
  if (cgroupsPath === undefined) return descendantsOf(first);
  return processesIn(cgroupsPath, mountedHierarchies());
}

function descendantsOf(first: number): number[] {
  const pids = [first];
  // It grows while it is gone through.
  for (const pid of pids) pids.push(...childrenOf(pid));
  return pids.sort((a, b) => a - b);
}

function childrenOf(pid: number): number[] {
  const pids: number[] = [];
  try {
    for (const { name } of Deno.readDirSync(`/proc/${pid}/task`)) {
      const path = `/proc/${pid}/task/${name}/children`;
      const words = Deno.readTextFileSync(path).split(" ");
      pids.push(...words.filter((word) => word !== "").map(Number));
    }
  } catch (error) {
    // It has ended meanwhile, before open or between open and read.
    const hasEnded = error instanceof Deno.errors.NotFound ||
      error instanceof Error && error.message.includes("(os error 3)");
    if (!hasEnded) throw error;
  }
  return pids;
}
