/** @module */
import assert from "node:assert/strict";
import { changeFiles } from "../../../../lib/runtime/cgroups/change.ts";
import type {
  CgroupFile,
  Hierarchy,
} from "../../../../lib/runtime/cgroups/hierarchy.ts";
import { cgroupMount, TestCgroup } from "../../../support/cgroups.ts";
import { rootTest } from "../../../support/root.ts";

const MIB = 1024 ** 2;
const LIMIT = "memory.limit_in_bytes";
const TOTAL = "memory.memsw.limit_in_bytes";

function file(name: string, value: string | number): CgroupFile {
  return { controller: "memory", file: name, value: String(value) };
}

function withMemory(
  use: (cgroup: TestCgroup, change: (...files: CgroupFile[]) => void) => void,
): void {
  const mountPoint = cgroupMount("cgroup", "memory");
  if (mountPoint === undefined) return;
  using cgroup = new TestCgroup(mountPoint);
  const hierarchy: Hierarchy = {
    version: "v1",
    mountPoint,
    controllers: ["memory"],
  };
  const path = cgroup.path.slice(mountPoint.length);
  use(cgroup, (...files) => changeFiles(path, [hierarchy], files));
}

function read(cgroup: TestCgroup, name: string): number {
  return Number(Deno.readTextFileSync(`${cgroup.path}/${name}`));
}

rootTest(
  "changeFiles() raises and lowers limits that depend on each other",
  () => {
    withMemory((cgroup, change) => {
      for (const mib of [64, 512, 32]) {
        change(file(LIMIT, mib * MIB), file(TOTAL, 2 * mib * MIB));
        assert.equal(read(cgroup, LIMIT), mib * MIB);
        assert.equal(read(cgroup, TOTAL), 2 * mib * MIB);
      }
    });
  },
);

rootTest("changeFiles() changes nothing if one value is refused", () => {
  withMemory((cgroup, change) => {
    change(file(LIMIT, 64 * MIB), file(TOTAL, 128 * MIB));
    const swappiness = file("memory.swappiness", 1000);
    assert.throws(
      () => change(file(LIMIT, 32 * MIB), file(TOTAL, 64 * MIB), swappiness),
      {
        name: "HostError",
        message:
          'Cannot set memory.swappiness of the container\'s cgroup to "1000": EINVAL (invalid argument)',
      },
    );
    assert.equal(read(cgroup, LIMIT), 64 * MIB);
    assert.equal(read(cgroup, TOTAL), 128 * MIB);
  });
});

rootTest(
  "changeFiles() passes over what is tolerated, and other hierarchies",
  () => {
    withMemory((cgroup, change) => {
      change(
        { ...file("memory.none", 1), tolerate: ["ENOENT"] },
        { controller: "cpu", file: "cpu.shares", value: "2" },
        file(LIMIT, 16 * MIB),
      );
      assert.equal(read(cgroup, LIMIT), 16 * MIB);
    });
  },
);
