/** @module */
import assert from "node:assert/strict";
import {
  lacksFileV1,
  lacksFileV2,
} from "../../../../lib/runtime/cgroups/optional_files.ts";
import {
  fakeHierarchy,
  type FakeTree,
  v2Files,
} from "../../../support/cgroup_trees.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const THROTTLES = ["read_bps", "write_bps", "read_iops", "write_iops"]
  .map((kind) => `blkio.throttle.${kind}_device`);

/** Those of the files that a hierarchy lacks whose root has the others. */
function missingV1(
  files: readonly string[],
  ...existing: string[]
): string[] {
  using directory = new TemporaryDirectory();
  const root = Object.fromEntries(existing.map((file) => [file, ""]));
  const place = fakeHierarchy(directory.path, "v1", { "": root });
  return files.filter((file) => lacksFileV1(place, file));
}

/** Those of the optional files, and one that is not, that a hierarchy lacks. */
function missingV2(tree: FakeTree, example?: string): string[] {
  using directory = new TemporaryDirectory();
  const place = fakeHierarchy(directory.path, "v2", tree);
  return [
    ...["cpu.max", "cpu.weight", "io.bfq.weight", "io.max", "io.weight"],
    ...["memory.swap.max", "pids.max"],
  ].filter((file) => lacksFileV2(place, file, example));
}

Deno.test("lacksFileV1() tells a kernel that does not count swap", () => {
  const files = [
    "memory.limit_in_bytes",
    "memory.soft_limit_in_bytes",
    "memory.swappiness",
    "memory.oom_control",
  ];
  const swap = "memory.memsw.limit_in_bytes";
  assert.deepEqual(missingV1([...files, swap], ...files), [swap]);
});

Deno.test("lacksFileV1() tells one without quotas of CPU time", () => {
  assert.deepEqual(
    missingV1(["cpu.shares", "cpu.cfs_quota_us"], "cpu.shares"),
    ["cpu.cfs_quota_us"],
  );
});

Deno.test("lacksFileV1() tells weights of I/O by their statistics", () => {
  const weight = "blkio.bfq.weight";
  const files = [...THROTTLES, weight];
  assert.deepEqual(missingV1(files, ...THROTTLES), [weight]);
  const statistics = "blkio.bfq.io_service_bytes";
  assert.deepEqual(missingV1(files, ...THROTTLES, statistics), []);
});

Deno.test("lacksFileV1() expects files that no root has", () => {
  assert.deepEqual(missingV1(["pids.max", ...THROTTLES]), THROTTLES);
});

Deno.test("lacksFileV2() looks into the cgroup that it is shown", () => {
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

Deno.test("lacksFileV2() takes the root of a namespace for any other", () => {
  const root = v2Files("memory", "", { "cgroup.type": "domain" });
  assert.deepEqual(missingV2({ "": root }), [
    "io.bfq.weight",
    "io.weight",
    "memory.swap.max",
  ]);
});

Deno.test("lacksFileV2() expects all but weights where it knows nothing", () => {
  const root = v2Files("cpu io memory", "");
  assert.deepEqual(missingV2({ "": root }), ["io.bfq.weight", "io.weight"]);
  assert.deepEqual(missingV2({ "": { ...root, "io.cost.qos": "" } }), [
    "io.bfq.weight",
  ]);
});
