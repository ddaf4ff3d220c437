/** @module */
import assert from "node:assert/strict";
import {
  blockIoFiles,
  ioWeight,
} from "../../../../../lib/runtime/cgroups/v2/block_io.ts";
import {
  render,
  testFiles,
  testRefusals,
} from "../../../../support/cgroup_files.ts";

const SDA = { major: 8, minor: 0 };
const NVME = { major: 259, minor: 3 };

testFiles(blockIoFiles, "io", [
  [{}, []],
  [{ weight: 0, throttleReadBpsDevice: [] }, []],
  [{ weight: 500 }, ["io.weight=4950"]],
  [{ throttleReadBpsDevice: [{ ...SDA, rate: 1024 }] }, [
    "io.max=8:0 rbps=1024",
  ]],
  [
    {
      throttleWriteIOPSDevice: [{ ...SDA, rate: 4 }],
      throttleReadIOPSDevice: [{ ...NVME, rate: 3 }, { ...SDA, rate: 6 }],
      throttleWriteBpsDevice: [{ ...SDA, rate: 2 }],
      throttleReadBpsDevice: [{ ...SDA, rate: 1 }, { ...NVME, rate: 2 ** 40 }],
      weight: 10,
    },
    [
      "io.weight=1",
      "io.max=8:0 rbps=1 wbps=2 riops=6 wiops=4",
      "io.max=259:3 rbps=1099511627776 riops=3",
    ],
  ],
  [{ throttleReadBpsDevice: [{ ...SDA, rate: 5 }, { ...SDA, rate: 6 }] }, [
    "io.max=8:0 rbps=6",
  ]],
  // 0, which cgroup v1 takes for unlimited, would be out of range here.
  [{ throttleWriteBpsDevice: [{ ...SDA, rate: 0 }] }, ["io.max=8:0 wbps=max"]],
]);

testRefusals(blockIoFiles, [
  [{ weight: 9 }, "/blockIO/weight"],
  [{ weight: 1001 }, "/blockIO/weight"],
  [
    { throttleReadIOPSDevice: [{ ...SDA, rate: 1 }, { ...SDA, rate: 0.5 }] },
    "/blockIO/throttleReadIOPSDevice/1/rate",
  ],
  [
    { throttleWriteBpsDevice: [{ major: 8, minor: -1, rate: 1 }] },
    "/blockIO/throttleWriteBpsDevice/0/minor",
  ],
]);

Deno.test("blockIoFiles() gives BFQ its weight as it is", () => {
  assert.deepEqual(render(blockIoFiles({ weight: 500 }, "io.bfq.weight")), [
    "io.bfq.weight=500",
  ]);
});

Deno.test("ioWeight() spreads 10 to 1000 over 1 to 10000", () => {
  const weights = [10, 11, 100, 500, 999, 1000].map(ioWeight);
  assert.deepEqual(weights, [1, 11, 910, 4950, 9989, 10_000]);
});
