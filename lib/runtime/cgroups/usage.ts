/**
 * What a container uses up, as its cgroup counts.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v2.rst
 * @see Linux Documentation/admin-guide/cgroup-v1
 */
import type { Controller, Hierarchy } from "./hierarchy.ts";
import { isThere, readLineIfAny } from "./interface_file.ts";

/** Counts; 0 where this host does not count. */
export interface CgroupUsage {
  /** CPU time so far, microseconds. */
  readonly cpuUs: number;
  /** Without files that the kernel can drop at any time. */
  readonly memoryBytes: number;
  /** `Infinity` if there is none. */
  readonly memoryLimitBytes: number;
  readonly tasks: number;
  /** From block devices, so far. */
  readonly readBytes: number;
  readonly writtenBytes: number;
}

/** Reads the files that a version has for one kind of thing. */
interface Source<T> {
  readonly v1: {
    readonly controller: Controller;
    read(directory: string): T;
  };
  readonly v2: {
    /** There if the cgroup has the controller. */
    readonly file: string;
    read(directory: string): T;
  };
}

type Memory = Pick<CgroupUsage, "memoryBytes" | "memoryLimitBytes">;
type BlockIo = Pick<CgroupUsage, "readBytes" | "writtenBytes">;

const CPU: Source<number> = {
  v1: {
    controller: "cpuacct",
    read: (directory) => readNumber(`${directory}/cpuacct.usage`) / 1000,
  },
  v2: {
    file: "cpu.stat",
    read: (directory) => readValue(`${directory}/cpu.stat`, "usage_usec"),
  },
};

const MEMORY: Source<Memory> = {
  v1: {
    controller: "memory",
    read: (directory) => {
      const used = readNumber(`${directory}/memory.usage_in_bytes`);
      const stat = `${directory}/memory.stat`;
      return {
        memoryBytes: withoutCache(used, readValue(stat, "total_inactive_file")),
        memoryLimitBytes: readLimit(`${directory}/memory.limit_in_bytes`),
      };
    },
  },
  v2: {
    file: "memory.current",
    read: (directory) => {
      const used = readNumber(`${directory}/memory.current`);
      const stat = `${directory}/memory.stat`;
      return {
        memoryBytes: withoutCache(used, readValue(stat, "inactive_file")),
        memoryLimitBytes: readLimit(`${directory}/memory.max`),
      };
    },
  },
};

const TASKS: Source<number> = {
  v1: { controller: "pids", read: readTasks },
  v2: { file: "pids.current", read: readTasks },
};

const BLOCK_IO: Source<BlockIo> = {
  v1: {
    controller: "blkio",
    read: (directory) => {
      const text = readLineIfAny(
        `${directory}/blkio.throttle.io_service_bytes_recursive`,
      );
      return {
        readBytes: sum(text, /^\d+:\d+ Read (\d+)$/gm),
        writtenBytes: sum(text, /^\d+:\d+ Write (\d+)$/gm),
      };
    },
  },
  v2: {
    file: "io.stat",
    read: (directory) => {
      const text = readLineIfAny(`${directory}/io.stat`);
      return {
        readBytes: sum(text, /\brbytes=(\d+)/g),
        writtenBytes: sum(text, /\bwbytes=(\d+)/g),
      };
    },
  },
};

/**
 * Reads what a cgroup has used up so far. Synchronous, some microseconds for
 * each of the files.
 *
 * @param cgroupsPath Below the root of each hierarchy.
 */
export function readUsage(
  cgroupsPath: string,
  hierarchies: readonly Hierarchy[],
): CgroupUsage {
  const read = <T>(source: Source<T>, none: T): T =>
    readFrom(source, cgroupsPath, hierarchies) ?? none;
  const noMemory = { memoryBytes: 0, memoryLimitBytes: Infinity };
  return {
    cpuUs: read(CPU, 0),
    ...read(MEMORY, noMemory),
    tasks: read(TASKS, 0),
    ...read(BLOCK_IO, { readBytes: 0, writtenBytes: 0 }),
  };
}

function readFrom<T>(
  { v1, v2 }: Source<T>,
  cgroupsPath: string,
  hierarchies: readonly Hierarchy[],
): T | undefined {
  for (const { version, mountPoint, controllers } of hierarchies) {
    const directory = `${mountPoint}${cgroupsPath}`;
    if (version === "v1") {
      if (controllers.includes(v1.controller)) return v1.read(directory);
    } else if (isThere(`${directory}/${v2.file}`)) return v2.read(directory);
  }
  return undefined;
}

function readTasks(directory: string): number {
  return readNumber(`${directory}/pids.current`);
}

/** 0 for a cgroup that has just been removed. */
function readNumber(path: string): number {
  return Number(readLineIfAny(path));
}

/** Unlimited is `max`, or the largest number of pages. */
function readLimit(path: string): number {
  const limit = Number(readLineIfAny(path));
  return Number.isSafeInteger(limit) && limit > 0 ? limit : Infinity;
}

/** The value of `NAME VALUE` in a file with a line for each name. */
function readValue(path: string, name: string): number {
  const lines = readLineIfAny(path).split("\n");
  const line = lines.find((one) => one.startsWith(`${name} `));
  return Number(line?.slice(name.length + 1) ?? 0);
}

function withoutCache(used: number, droppable: number): number {
  return Math.max(0, used - droppable);
}

function sum(text: string, pattern: RegExp): number {
  let total = 0;
  for (const [, number] of text.matchAll(pattern)) total += Number(number);
  return total;
}
