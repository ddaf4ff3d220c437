/**
 * Limits of memory on cgroup v2.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst, "Memory Interface Files"
 */
import { SpecError } from "../../../base/errors.ts";
import type { LinuxMemory } from "../../../oci/linux_resources.ts";
import type { CgroupFile } from "../hierarchy.ts";
import { decimal, isGiven, limitText } from "../limit.ts";
import { swapLimit } from "../swap.ts";

const POINTER = "/linux/resources/memory";

/**
 * The files that limit memory. `reservation` becomes `memory.low`, memory that
 * is reclaimed from others first.
 *
 * @param memory `linux.resources.memory`.
 * @throws {SpecError} If its members contradict each other, or ask for what
 * only cgroup v1 has: `swappiness`, `disableOOMKiller`.
 * @see runtime-spec 1.2, config-linux.md, "Unified": what cannot be converted
 * is an error
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(memoryFiles({ limit: 4096, swap: 8192 }), [
 *   { controller: "memory", file: "memory.max", value: "4096" },
 *   { controller: "memory", file: "memory.swap.max", value: "4096" },
 * ]);
 * ```
 */
export function memoryFiles(memory: LinuxMemory): CgroupFile[] {
  assertConvertible(memory);
  const { limit, reservation } = memory;
  const files: CgroupFile[] = [];
  if (isGiven(limit)) {
    const value = limitText(limit, "max", `${POINTER}/limit`);
    files.push(memoryFile("memory.max", value));
  }
  files.push(...swapFiles(memory));
  if (isGiven(reservation)) {
    const value = limitText(reservation, "max", `${POINTER}/reservation`);
    files.push(memoryFile("memory.low", value));
  }
  return files;
}

function swapFiles(memory: LinuxMemory): CgroupFile[] {
  const file = "memory.swap.max";
  const limit = swapLimit(memory);
  if (limit === undefined) return [];
  if (limit.kind === "finite") {
    return [memoryFile(file, decimal(limit.swap, `${POINTER}/swap`))];
  }
  // A kernel that does not count swap has no such file, and limits none.
  return [{ ...memoryFile(file, "max"), tolerate: ["ENOENT"] }];
}

function assertConvertible(memory: LinuxMemory): void {
  const { swappiness, disableOOMKiller } = memory;
  if (swappiness !== undefined) {
    throw new SpecError(
      `${POINTER}/swappiness`,
      `Cannot set the swappiness to ${swappiness}: cgroup v2 has none`,
    );
  }
  if (disableOOMKiller === true) {
    throw new SpecError(
      `${POINTER}/disableOOMKiller`,
      "Cannot disable the OOM killer: cgroup v2 always has it",
    );
  }
}

function memoryFile(file: string, value: string): CgroupFile {
  return { controller: "memory", file, value };
}
