/** @module */
import { blockIoFiles } from "../../../../../lib/runtime/cgroups/v1/block_io.ts";
import { testFiles, testRefusals } from "../../../../support/cgroup_files.ts";

const SDA = { major: 8, minor: 0 };
const NVME = { major: 259, minor: 3 };

testFiles(blockIoFiles, "blkio", [
  [{}, []],
  [{ weight: 0, throttleReadBpsDevice: [] }, []],
  [{ weight: 10 }, ["blkio.bfq.weight=10"]],
  [{ weight: 1000 }, ["blkio.bfq.weight=1000"]],
  [
    {
      throttleWriteIOPSDevice: [{ ...SDA, rate: 4 }],
      throttleReadIOPSDevice: [{ ...SDA, rate: 3 }],
      throttleWriteBpsDevice: [{ ...SDA, rate: 2 }],
      throttleReadBpsDevice: [{ ...SDA, rate: 1 }, { ...NVME, rate: 2 ** 40 }],
      weight: 500,
    },
    [
      "blkio.bfq.weight=500",
      "blkio.throttle.read_bps_device=8:0 1",
      "blkio.throttle.read_bps_device=259:3 1099511627776",
      "blkio.throttle.write_bps_device=8:0 2",
      "blkio.throttle.read_iops_device=8:0 3",
      "blkio.throttle.write_iops_device=8:0 4",
    ],
  ],
  // The kernel's own way to say unlimited.
  [{ throttleReadBpsDevice: [{ ...SDA, rate: 0 }] }, [
    "blkio.throttle.read_bps_device=8:0 0",
  ]],
]);

testRefusals(blockIoFiles, [
  [{ weight: 9 }, "/blockIO/weight"],
  [{ weight: 1001 }, "/blockIO/weight"],
  [
    { throttleReadBpsDevice: [{ ...SDA, rate: 1 }, { ...SDA, rate: -1 }] },
    "/blockIO/throttleReadBpsDevice/1/rate",
  ],
  [
    { throttleWriteIOPSDevice: [{ major: -1, minor: 0, rate: 1 }] },
    "/blockIO/throttleWriteIOPSDevice/0/major",
  ],
  [
    { throttleWriteBpsDevice: [{ major: 8, minor: 0.5, rate: 1 }] },
    "/blockIO/throttleWriteBpsDevice/0/minor",
  ],
]);
