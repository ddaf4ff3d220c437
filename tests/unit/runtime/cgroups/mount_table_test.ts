/** @module */
import assert from "node:assert/strict";
import {
  cgroupMode,
  isController,
  mountedHierarchies,
  parseCgroupMounts,
} from "../../../../lib/runtime/cgroups/mount_table.ts";

const ROOT = "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw";
const TMPFS = "28 25 0:24 / /sys/fs/cgroup ro shared:8 - tmpfs tmpfs ro";
const MEMORY =
  "30 28 0:26 / /sys/fs/cgroup/memory rw shared:9 master:2 - cgroup cgroup rw,memory";
const SYSTEMD =
  "31 28 0:27 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,xattr,release_agent=/lib/systemd/agent,name=systemd";
const CPU =
  "32 28 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,seclabel,cpu,cpuacct";
const V2 =
  "29 28 0:25 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw,nsdelegate";

function table(...lines: string[]): string {
  return `${lines.join("\n")}\n`;
}

Deno.test("parseCgroupMounts() finds v1, named and v2 hierarchies", () => {
  const found = parseCgroupMounts(
    table(ROOT, TMPFS, V2, MEMORY, SYSTEMD, CPU),
  );
  assert.deepEqual(found, [
    {
      version: "v2",
      mountPoint: "/sys/fs/cgroup/unified",
      device: { major: 0, minor: 25 },
      controllers: [],
      data: "",
    },
    {
      version: "v1",
      mountPoint: "/sys/fs/cgroup/memory",
      device: { major: 0, minor: 26 },
      controllers: ["memory"],
      data: "memory",
    },
    {
      version: "v1",
      mountPoint: "/sys/fs/cgroup/systemd",
      device: { major: 0, minor: 27 },
      controllers: [],
      data: "name=systemd",
    },
    {
      version: "v1",
      mountPoint: "/sys/fs/cgroup/cpu,cpuacct",
      device: { major: 0, minor: 28 },
      controllers: ["cpu", "cpuacct"],
      data: "cpu,cpuacct",
    },
  ]);
});

Deno.test("parseCgroupMounts() undoes the escapes of a mount point", () => {
  const line = MEMORY.replace("/sys/fs/cgroup/memory", "/my\\040cg\\134x");
  assert.equal(parseCgroupMounts(line)[0]?.mountPoint, "/my cg\\x");
});

Deno.test("parseCgroupMounts() leaves out what cannot be written to", () => {
  assert.deepEqual(
    parseCgroupMounts(table(MEMORY.replace(" rw shared", " ro shared"))),
    [],
  );
  assert.deepEqual(
    parseCgroupMounts(table(V2.replace("cgroup2 rw", "cgroup2 ro"))),
    [],
  );
});

Deno.test("parseCgroupMounts() leaves out controllers that we do not know", () => {
  assert.deepEqual(
    parseCgroupMounts(table(MEMORY.replace(/memory$/, "novelty"))),
    [],
  );
  const [mount] = parseCgroupMounts(MEMORY.replace(/memory$/, "novelty,pids"));
  assert.deepEqual(mount?.controllers, ["pids"]);
});

Deno.test("parseCgroupMounts() takes a type for no more than it is", () => {
  const lines = [
    "30 25 0:26 / /mnt rw - tmpfs cgroup rw,memory",
    "30 25 0:26 / /cgroup rw - ext4 /dev/cgroup rw",
    "",
    "nonsense",
    "a - cgroup - b",
  ];
  assert.deepEqual(parseCgroupMounts(lines.join("\n")), []);
});

const MODES = [
  ["none", []],
  ["v1", ["v1", "v1"]],
  ["v2", ["v2"]],
  ["hybrid", ["v1", "v2", "v1"]],
] as const;

for (const [mode, versions] of MODES) {
  Deno.test(`cgroupMode() of [${versions}] is ${mode}`, () => {
    assert.equal(cgroupMode(versions.map((version) => ({ version }))), mode);
  });
}

Deno.test("isController() knows the names of both versions", () => {
  assert.ok(isController("blkio") && isController("io"));
  assert.ok(!isController("name=systemd") && !isController(""));
});

Deno.test("mountedHierarchies() finds each hierarchy of this host once", () => {
  const found = mountedHierarchies();
  const keys = found.map(({ version, data }) => `${version} ${data}`);
  assert.equal(new Set(keys).size, keys.length);
  for (const { mountPoint } of found) {
    assert.ok(Deno.statSync(`${mountPoint}/cgroup.procs`).isFile);
  }
});

Deno.test("parseCgroupMounts() misses no hierarchy for what nobody limits with it", () => {
  // A container left in its root would see the release_agent of the host.
  const line = "40 25 0:40 / /sys/fs/cgroup/debug rw - cgroup cgroup rw,debug";
  assert.deepEqual(parseCgroupMounts(line).map(({ data }) => data), ["debug"]);
});
