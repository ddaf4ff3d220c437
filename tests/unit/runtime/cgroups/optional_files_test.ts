/** @module */
import assert from "node:assert/strict";
import {
  missingFilesV1,
  missingFilesV2,
} from "../../../../lib/runtime/cgroups/optional_files.ts";
import {
  fakeHierarchy,
  type FakeTree,
  v2Files,
} from "../../../support/cgroup_trees.ts";
import type { Controller } from "../../../../lib/runtime/cgroups/hierarchy.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

function missingV1(controller: Controller, ...files: string[]): string[] {
  using directory = new TemporaryDirectory();
  const root = Object.fromEntries(files.map((file) => [file, ""]));
  const place = fakeHierarchy(directory.path, "v1", { "": root }, [controller]);
  return [...missingFilesV1(place)].toSorted();
}

function missingV2(tree: FakeTree, example?: string): string[] {
  using directory = new TemporaryDirectory();
  const place = fakeHierarchy(directory.path, "v2", tree);
  return [...missingFilesV2(place, example)].toSorted();
}

Deno.test("missingFilesV1() tells a kernel that does not count swap", () => {
  const files = [
    "memory.limit_in_bytes",
    "memory.soft_limit_in_bytes",
    "memory.swappiness",
    "memory.oom_control",
  ];
  assert.deepEqual(missingV1("memory", ...files), [
    "memory.memsw.limit_in_bytes",
  ]);
});

Deno.test("missingFilesV1() tells one without quotas of CPU time", () => {
  assert.deepEqual(missingV1("cpu", "cpu.shares"), ["cpu.cfs_quota_us"]);
});

Deno.test("missingFilesV1() tells weights of I/O by their statistics", () => {
  const throttles = ["read_bps", "write_bps", "read_iops", "write_iops"]
    .map((kind) => `blkio.throttle.${kind}_device`);
  assert.deepEqual(missingV1("blkio", ...throttles), ["blkio.bfq.weight"]);
  assert.deepEqual(
    missingV1("blkio", ...throttles, "blkio.bfq.io_service_bytes"),
    [],
  );
});

Deno.test("missingFilesV1() expects nothing of other controllers", () => {
  assert.deepEqual(missingV1("pids"), []);
});

Deno.test("missingFilesV2() looks into the cgroup that it is shown", () => {
  const parent = v2Files("cpu io memory", "", {
    "cgroup.type": "domain",
    "cpu.weight": "100",
    "io.max": "",
    "io.bfq.weight": "default 100",
  });
  const tree = { "": v2Files("cpu io memory", "cpu io memory"), "/a": parent };
  assert.deepEqual(missingV2(tree, "/a"), [
    "cpu.max",
    "io.weight",
    "memory.swap.max",
  ]);
  assert.deepEqual(missingV2(tree), missingV2(tree, "/a"), "or finds one");
});

Deno.test("missingFilesV2() takes the root of a namespace for any other", () => {
  const root = v2Files("memory", "", { "cgroup.type": "domain" });
  assert.deepEqual(missingV2({ "": root }), [
    "io.bfq.weight",
    "io.weight",
    "memory.swap.max",
  ]);
});

Deno.test("missingFilesV2() expects all but weights where it knows nothing", () => {
  const root = v2Files("cpu io memory", "");
  assert.deepEqual(missingV2({ "": root }), ["io.bfq.weight", "io.weight"]);
  assert.deepEqual(missingV2({ "": { ...root, "io.cost.qos": "" } }), [
    "io.bfq.weight",
  ]);
});
