/** @module */
import { memoryFiles } from "../../../../../lib/runtime/cgroups/v1/memory.ts";
import { testFiles, testRefusals } from "../../../../support/cgroup_files.ts";

testFiles(memoryFiles, "memory", [
  [{}, []],
  [{ limit: 0, reservation: 0, swap: 0, disableOOMKiller: false }, []],
  [{ limit: 4096 }, ["memory.limit_in_bytes=4096"]],
  [{ limit: -1 }, ["memory.limit_in_bytes=-1"]],
  // The kernel refuses memory plus swap below memory: that is written first.
  [{ swap: 8192, limit: 4096 }, [
    "memory.limit_in_bytes=4096",
    "memory.memsw.limit_in_bytes=8192",
  ]],
  [{ limit: 4096, swap: 4096 }, [
    "memory.limit_in_bytes=4096",
    "memory.memsw.limit_in_bytes=4096",
  ]],
  [{ swap: -1 }, ["memory.memsw.limit_in_bytes=-1 or ENOENT"]],
  [{ reservation: 4096 }, ["memory.soft_limit_in_bytes=4096"]],
  [{ reservation: -1 }, ["memory.soft_limit_in_bytes=-1"]],
  // Above the limit it is of no use, but the specification's own example.
  [{ limit: 100_000, reservation: 200_000 }, [
    "memory.limit_in_bytes=100000",
    "memory.soft_limit_in_bytes=200000",
  ]],
  [{ swappiness: 0 }, ["memory.swappiness=0"]],
  [{ swappiness: 100 }, ["memory.swappiness=100"]],
  [{ disableOOMKiller: true }, ["memory.oom_control=1"]],
  [
    {
      disableOOMKiller: true,
      swappiness: 60,
      reservation: 2,
      swap: -1,
      limit: 2 ** 53,
    },
    [
      "memory.limit_in_bytes=9007199254740992",
      "memory.memsw.limit_in_bytes=-1 or ENOENT",
      "memory.soft_limit_in_bytes=2",
      "memory.swappiness=60",
      "memory.oom_control=1",
    ],
  ],
]);

testRefusals(memoryFiles, [
  [{ limit: -2 }, "/memory/limit"],
  [{ limit: 1.5 }, "/memory/limit"],
  [{ reservation: -4096 }, "/memory/reservation"],
  [{ limit: 4096, swap: 4095 }, "/memory/swap"],
  [{ limit: 4096, swap: 5000.5 }, "/memory/swap"],
  [{ swap: 4096 }, "/memory/swap"],
  [{ limit: -1, swap: 4096 }, "/memory/swap"],
  [{ swappiness: 101 }, "/memory/swappiness"],
  [{ swappiness: -1 }, "/memory/swappiness"],
]);
