/**
 * Limits of memory on cgroup v1.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v1/memory.rst
 */
import { SpecError } from "../../../base/errors.ts";
import type { LinuxMemory } from "../../../oci/linux_resources.ts";
import type { CgroupFile } from "../hierarchy.ts";
import { decimal, isGiven, limitText } from "../limit.ts";
import { swapLimit } from "../swap.ts";

const POINTER = "/linux/resources/memory";
const MAX_SWAPPINESS = 100;

/**
 * The files that limit memory, in the order a new cgroup takes them: the
 * kernel refuses a limit of memory plus swap below that of memory, which is
 * unlimited at first.
 *
 * @param memory `linux.resources.memory`.
 * @throws {SpecError} If its members contradict each other or are out of range.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(memoryFiles({ limit: 4096, swap: 8192 }), [
 *   { controller: "memory", file: "memory.limit_in_bytes", value: "4096" },
 *   { controller: "memory", file: "memory.memsw.limit_in_bytes", value: "8192" },
 * ]);
 * ```
 */
export function memoryFiles(memory: LinuxMemory): CgroupFile[] {
  const { limit, reservation, swappiness, disableOOMKiller } = memory;
  const files: CgroupFile[] = [];
  if (isGiven(limit)) {
    const value = limitText(limit, "-1", `${POINTER}/limit`);
    files.push(memoryFile("memory.limit_in_bytes", value));
  }
  files.push(...swapFiles(memory));
  if (isGiven(reservation)) {
    const value = limitText(reservation, "-1", `${POINTER}/reservation`);
    files.push(memoryFile("memory.soft_limit_in_bytes", value));
  }
  if (swappiness !== undefined) {
    files.push(memoryFile("memory.swappiness", swappinessText(swappiness)));
  }
  if (disableOOMKiller === true) {
    files.push(memoryFile("memory.oom_control", "1"));
  }
  return files;
}

function swapFiles(memory: LinuxMemory): CgroupFile[] {
  const file = "memory.memsw.limit_in_bytes";
  const limit = swapLimit(memory);
  if (limit === undefined) return [];
  if (limit.kind === "finite") {
    return [memoryFile(file, decimal(limit.total, `${POINTER}/swap`))];
  }
  // A kernel that does not count swap has no such file, and limits none.
  return [{ ...memoryFile(file, "-1"), tolerate: ["ENOENT"] }];
}

function swappinessText(swappiness: number): string {
  const pointer = `${POINTER}/swappiness`;
  const text = decimal(swappiness, pointer);
  if (swappiness <= MAX_SWAPPINESS) return text;
  throw new SpecError(
    pointer,
    `Cannot set the swappiness to ${swappiness}: the range is from 0 to ${MAX_SWAPPINESS}`,
  );
}

function memoryFile(file: string, value: string): CgroupFile {
  return { controller: "memory", file, value };
}
