/** @module */
import assert from "node:assert/strict";
import type { Hierarchy } from "../../../../lib/runtime/cgroups/hierarchy.ts";
import { readUsage } from "../../../../lib/runtime/cgroups/usage.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** A hierarchy of files, with a cgroup `/c` in it. */
function hierarchy(
  parent: TemporaryDirectory,
  changes: Pick<Hierarchy, "version" | "controllers">,
  files: Readonly<Record<string, string>>,
): Hierarchy {
  const mountPoint = `${parent.path}/${changes.version}`;
  Deno.mkdirSync(`${mountPoint}/c`, { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    Deno.writeTextFileSync(`${mountPoint}/c/${name}`, text);
  }
  return { mountPoint, ...changes };
}

const NOTHING = {
  cpuUs: 0,
  memoryBytes: 0,
  memoryLimitBytes: Infinity,
  tasks: 0,
  readBytes: 0,
  writtenBytes: 0,
};

const V2_FILES = {
  "cpu.stat": "usage_usec 1500\nuser_usec 1000\n",
  "memory.current": "1000\n",
  "memory.stat": "active_file 1\ninactive_file 300\n",
  "memory.max": "max\n",
  "pids.current": "4\n",
  "io.stat": "8:0 rbytes=10 wbytes=20 rios=1\n8:16 rbytes=1 wbytes=2\n",
};

Deno.test("readUsage() reads the files of cgroup v2", () => {
  using directory = new TemporaryDirectory();
  const v2 = hierarchy(
    directory,
    { version: "v2", controllers: [] },
    V2_FILES,
  );
  assert.deepEqual(readUsage("/c", [v2]), {
    cpuUs: 1500,
    memoryBytes: 700,
    memoryLimitBytes: Infinity,
    tasks: 4,
    readBytes: 11,
    writtenBytes: 22,
  });
});

Deno.test("readUsage() reads the files of cgroup v1, and v2's for the rest", () => {
  using directory = new TemporaryDirectory();
  const v1 = hierarchy(
    directory,
    { version: "v1", controllers: ["cpuacct", "memory", "blkio"] },
    {
      "cpuacct.usage": "2500000\n",
      "memory.usage_in_bytes": "100\n",
      "memory.stat": "inactive_file 1\ntotal_inactive_file 300\n",
      "memory.limit_in_bytes": "4096\n",
      "blkio.throttle.io_service_bytes_recursive":
        "8:0 Read 5\n8:0 Write 6\n8:16 Read 7\nTotal 18\n",
    },
  );
  const v2 = hierarchy(
    directory,
    { version: "v2", controllers: [] },
    V2_FILES,
  );
  assert.deepEqual(readUsage("/c", [v1, v2]), {
    cpuUs: 2500,
    memoryBytes: 0,
    memoryLimitBytes: 4096,
    tasks: 4,
    readBytes: 12,
    writtenBytes: 6,
  });
});

Deno.test("readUsage() finds nothing where nothing is counted", () => {
  assert.deepEqual(readUsage("/c", []), NOTHING);
  using directory = new TemporaryDirectory();
  const controllers = ["cpuacct", "memory", "pids", "blkio"] as const;
  const v1 = hierarchy(directory, { version: "v1", controllers }, {
    "memory.limit_in_bytes": "9223372036854771712\n",
  });
  assert.deepEqual(readUsage("/c", [v1]), NOTHING);
});
