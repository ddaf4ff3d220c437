/** @module */
import assert from "node:assert/strict";
import {
  type Feature,
  supports,
} from "../../../../lib/runtime/cgroups/feature.ts";
import {
  NO_CGROUPS,
  v1Survey,
  v2Hierarchy,
  v2Survey,
  without,
} from "../../../support/cgroup_surveys.ts";

const FEATURES: readonly Feature[] = [
  "memory",
  "swap",
  "reservation",
  "swappiness",
  "oomKillDisable",
  "shares",
  "quota",
  "cpuset",
  "pids",
  "weight",
  "readBps",
  "writeBps",
  "readIops",
  "writeIops",
];

Deno.test("supports() has everything on v1", () => {
  for (const feature of FEATURES) assert.ok(supports(v1Survey(), feature));
});

Deno.test("supports() has all but swappiness and OOM control on v2", () => {
  const lacking = FEATURES.filter((one) => !supports(v2Survey(), one));
  assert.deepEqual(lacking, ["swappiness", "oomKillDisable"]);
});

Deno.test("supports() has nothing without cgroups", () => {
  for (const feature of FEATURES) assert.ok(!supports(NO_CGROUPS, feature));
});

Deno.test("supports() is about the file, not just the controller", () => {
  const survey = v1Survey({
    blkio: without("blkio.throttle.read_iops_device"),
    memory: without("memory.memsw.limit_in_bytes"),
  });
  const lacking = FEATURES.filter((one) => !supports(survey, one));
  assert.deepEqual(lacking, ["swap", "readIops"]);
});

Deno.test("supports() is content with either weight of v2", () => {
  const hasWeight = (...lacking: string[]): boolean =>
    supports(v2Survey(without(...lacking)), "weight");
  assert.ok(hasWeight("io.weight"));
  assert.ok(hasWeight("io.bfq.weight"));
  assert.ok(!hasWeight("io.weight", "io.bfq.weight"));
});

Deno.test("supports() finds a controller in either version", () => {
  const [memory] = v1Survey().hierarchies.filter(({ data }) =>
    data === "memory"
  );
  assert.ok(memory !== undefined);
  const hybrid = {
    mode: "hybrid",
    hierarchies: [memory, v2Hierarchy({ controllers: ["pids"] })],
  } as const;
  assert.ok(supports(hybrid, "swappiness") && supports(hybrid, "pids"));
  assert.ok(!supports(hybrid, "quota"));
});
