/**
 * Limits, written into the files of a real cgroup and read back: the kernel
 * knows each file, takes its value, and takes them in this order.
 *
 * @module
 */
import assert from "node:assert/strict";
import type {
  LinuxBlockIO,
  LinuxMemory,
  LinuxResources,
} from "../../../../lib/oci/linux_resources.ts";
import type { CgroupFile } from "../../../../lib/runtime/cgroups/hierarchy.ts";
import * as v1BlockIo from "../../../../lib/runtime/cgroups/v1/block_io.ts";
import * as v1Cpu from "../../../../lib/runtime/cgroups/v1/cpu.ts";
import * as v1Cpuset from "../../../../lib/runtime/cgroups/v1/cpuset.ts";
import * as v1Memory from "../../../../lib/runtime/cgroups/v1/memory.ts";
import * as v1Pids from "../../../../lib/runtime/cgroups/v1/pids.ts";
import * as v2BlockIo from "../../../../lib/runtime/cgroups/v2/block_io.ts";
import * as v2Cpu from "../../../../lib/runtime/cgroups/v2/cpu.ts";
import * as v2Cpuset from "../../../../lib/runtime/cgroups/v2/cpuset.ts";
import * as v2Memory from "../../../../lib/runtime/cgroups/v2/memory.ts";
import * as v2Pids from "../../../../lib/runtime/cgroups/v2/pids.ts";
import { cgroupMount, TestCgroup } from "../../../support/cgroups.ts";
import { rootTest } from "../../../support/root.ts";

const MIB = 1024 ** 2;

/** A whole disk of this host, if it has one. */
function anyDisk(): { major: number; minor: number } | undefined {
  for (const { name } of Deno.readDirSync("/sys/block")) {
    if (!/^(?:[svx]?vd|sd|nvme)/.test(name)) continue;
    const [major = 0, minor = 0] = Deno.readTextFileSync(
      `/sys/block/${name}/dev`,
    ).trim().split(":").map(Number);
    return { major, minor };
  }
  return undefined;
}

const DISK = anyDisk();

const RESOURCES = {
  memory: { limit: 64 * MIB, reservation: 32 * MIB, swap: 96 * MIB },
  cpu: { shares: 512, period: 20_000, quota: 10_000, cpus: "0", mems: "0" },
  pids: { limit: 100 },
  blockIO: DISK === undefined ? {} : {
    throttleReadBpsDevice: [{ ...DISK, rate: MIB }],
    throttleWriteBpsDevice: [{ ...DISK, rate: 2 * MIB }],
    throttleReadIOPSDevice: [{ ...DISK, rate: 100 }],
    throttleWriteIOPSDevice: [{ ...DISK, rate: 200 }],
  },
} satisfies LinuxResources;

/** What is to be read where it is not what was written. */
const READ_BACK: Readonly<Record<string, string>> = {
  "io.weight": "default 4950",
  "io.bfq.weight": "default 500",
  "memory.oom_control": "oom_kill_disable 1",
  "io.max": `${DISK?.major}:${DISK?.minor} rbps=${MIB} wbps=${
    2 * MIB
  } riops=100 wiops=200`,
};

/** Writes the files into a cgroup, each read back at once. */
function writeAndRead(directory: string, files: readonly CgroupFile[]): void {
  for (const { file, value, tolerate = [] } of files) {
    const path = `${directory}/${file}`;
    try {
      Deno.writeTextFileSync(path, value, { create: false });
    } catch (error) {
      const isMissing = error instanceof Deno.errors.NotFound;
      if (isMissing && tolerate.includes("ENOENT")) continue;
      throw error;
    }
    const lines = Deno.readTextFileSync(path).trim().split("\n");
    assert.ok(
      lines.includes(READ_BACK[file] ?? value),
      `${file} of "${value}" reads "${lines.join()}"`,
    );
  }
}

/** Where swap is not counted, a limit of it is not for these tests. */
function memoryOf(directory: string, swapFile: string): LinuxMemory {
  const { swap, ...memory } = RESOURCES.memory;
  return exists(`${directory}/${swapFile}`) ? { ...memory, swap } : memory;
}

/** Where nobody weighs, a weight is not for these tests. */
function blockIoOf(directory: string, weightFile: string): LinuxBlockIO {
  const { blockIO } = RESOURCES;
  return exists(`${directory}/${weightFile}`)
    ? { ...blockIO, weight: 500 }
    : blockIO;
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

const { cpu, pids } = RESOURCES;

type Make = (directory: string) => readonly CgroupFile[];

const V1: Readonly<Record<string, Make>> = {
  memory: (directory) =>
    v1Memory.memoryFiles({
      ...memoryOf(directory, "memory.memsw.limit_in_bytes"),
      swappiness: 10,
      disableOOMKiller: true,
    }),
  cpu: () => v1Cpu.cpuFiles(cpu),
  cpuset: () => v1Cpuset.cpusetFiles(cpu),
  pids: () => v1Pids.pidsFiles(pids),
  blkio: (directory) =>
    v1BlockIo.blockIoFiles(blockIoOf(directory, "blkio.bfq.weight")),
};

for (const [controller, files] of Object.entries(V1)) {
  const mountPoint = cgroupMount("cgroup", controller);
  const claim = `limits on cgroup v1: the kernel takes those of ${controller}`;
  if (mountPoint === undefined) {
    const name = `${claim} (skipped: that is not mounted here)`;
    Deno.test({ name, ignore: true, fn: () => {} });
    continue;
  }
  rootTest(claim, () => {
    using cgroup = new TestCgroup(mountPoint);
    writeAndRead(cgroup.path, files(cgroup.path));
  });
}

const V2: Readonly<Record<string, Make>> = {
  memory: (directory) =>
    v2Memory.memoryFiles(memoryOf(directory, "memory.swap.max")),
  cpu: () => v2Cpu.cpuFiles(cpu),
  cpuset: () => v2Cpuset.cpusetFiles(cpu),
  pids: () => v2Pids.pidsFiles(pids),
  io: (directory) => [
    ...v2BlockIo.blockIoFiles(blockIoOf(directory, "io.weight")),
    ...v2BlockIo.blockIoFiles(
      exists(`${directory}/io.bfq.weight`) ? { weight: 500 } : {},
      "io.bfq.weight",
    ),
  ],
};

const UNIFIED = cgroupMount("cgroup2");

for (const [controller, files] of Object.entries(V2)) {
  const claim = `limits on cgroup v2: the kernel takes those of ${controller}`;
  if (UNIFIED === undefined || !controllers(UNIFIED).includes(controller)) {
    const name = `${claim} (skipped: cgroup v2 has it not here)`;
    Deno.test({ name, ignore: true, fn: () => {} });
    continue;
  }
  rootTest(claim, () => {
    using cgroup = new TestCgroup(UNIFIED);
    const isNew = !enabled(UNIFIED).includes(controller);
    if (isNew) enable(UNIFIED, `+${controller}`);
    using stack = new DisposableStack();
    if (isNew) stack.defer(() => enable(UNIFIED, `-${controller}`));
    writeAndRead(cgroup.path, files(cgroup.path));
  });
}

function controllers(directory: string): string[] {
  return words(`${directory}/cgroup.controllers`);
}

function enabled(directory: string): string[] {
  return words(`${directory}/cgroup.subtree_control`);
}

function enable(directory: string, change: string): void {
  Deno.writeTextFileSync(`${directory}/cgroup.subtree_control`, change);
}

function words(path: string): string[] {
  return Deno.readTextFileSync(path).trim().split(" ");
}
