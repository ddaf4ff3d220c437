/** @module */
import { memoryFiles } from "../../../../../lib/runtime/cgroups/v2/memory.ts";
import { testFiles, testRefusals } from "../../../../support/cgroup_files.ts";

const MIB = 1024 ** 2;

testFiles(memoryFiles, "memory", [
  [{}, []],
  [{ limit: 0, reservation: 0, swap: 0, disableOOMKiller: false }, []],
  [{ limit: 4096 }, ["memory.max=4096"]],
  [{ limit: -1 }, ["memory.max=max"]],
  [{ swap: 768 * MIB, limit: 512 * MIB }, [
    `memory.max=${512 * MIB}`,
    `memory.swap.max=${256 * MIB}`,
  ]],
  [{ limit: 4096, swap: 4096 }, ["memory.max=4096", "memory.swap.max=0"]],
  [{ limit: 4096, swap: -1 }, [
    "memory.max=4096",
    "memory.swap.max=max or ENOENT",
  ]],
  [{ limit: -1, swap: -1 }, [
    "memory.max=max",
    "memory.swap.max=max or ENOENT",
  ]],
  [{ reservation: 4096 }, ["memory.low=4096"]],
  [{ reservation: -1 }, ["memory.low=max"]],
  [{ reservation: 2, limit: 8192, swap: 8193 }, [
    "memory.max=8192",
    "memory.swap.max=1",
    "memory.low=2",
  ]],
]);

testRefusals(memoryFiles, [
  [{ limit: -2 }, "/memory/limit"],
  [{ reservation: 0.5 }, "/memory/reservation"],
  [{ limit: 4096, swap: 4095 }, "/memory/swap"],
  [{ swap: 4096 }, "/memory/swap"],
  [{ limit: -1, swap: 4096 }, "/memory/swap"],
  [{ limit: 4096, swap: 4096.5 }, "/memory/swap"],
  // Only cgroup v1 has these.
  [{ swappiness: 60 }, "/memory/swappiness"],
  [{ swappiness: 0 }, "/memory/swappiness"],
  [{ disableOOMKiller: true }, "/memory/disableOOMKiller"],
]);
