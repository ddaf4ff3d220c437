/** @module */
import assert from "node:assert/strict";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import {
  diagnose,
  type Diagnosis,
} from "../../../../lib/engine/doctor/diagnose.ts";
import type { Answer } from "../../../../lib/engine/doctor/host_probe.ts";
import { fakeProbe, refused } from "../../../support/fake_probe.ts";

const REFUSED = refused("mount: ENODEV");

function all({ sections }: Diagnosis): CheckResult[] {
  return sections.flatMap(({ results }) => [...results]);
}

Deno.test("diagnose() finds nothing wrong with a perfect host", () => {
  const diagnosis = diagnose(fakeProbe());
  assert.deepEqual(all(diagnosis).filter(({ status }) => status !== "ok"), []);
  assert.ok(diagnosis.ok);
  assert.ok(!diagnosis.isPartial);
  assert.ok(all(diagnosis).length > 40);
});

Deno.test("diagnose() gives each check an id of its own", () => {
  const ids = all(diagnose(fakeProbe())).map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  for (const id of ids) assert.match(id, /^[a-z0-9]+(-[a-z0-9]+)*$/);
});

Deno.test("diagnose() is not ok if anything stops run", () => {
  const makeDirectory = (): Answer => refused("mkdirat: EROFS");
  assert.ok(!diagnose(fakeProbe({ makeDirectory })).ok);
  const askNftables = (): Answer => refused("socket: EPERM");
  assert.ok(diagnose(fakeProbe({ askNftables })).ok);
});

Deno.test("every miss says what it costs", () => {
  const broken = fakeProbe({
    kernel: "4.4.0",
    uid: 0,
    files: { "/proc/self/mountinfo": undefined },
    capabilities: () => ({ permitted: 0n, bounding: 0n }),
    limit: () => ({ soft: 1n, hard: 1n }),
    space: () => undefined,
    launchNatively: () => refused("clone3: ENOSYS"),
    attempt: () => refused("clone3: ENOSYS"),
    mountOverlay: () => ({ mount: REFUSED, changes: REFUSED }),
    askNftables: () => refused("socket: EPERM"),
    makeDirectory: () => refused("mkdirat: EROFS"),
  });
  const found = all(diagnose(broken)).filter(({ status }) => status !== "ok");
  assert.ok(found.length > 25);
  for (const { id, costs, fix, stopsRun, flags } of found) {
    assert.ok(costs, id);
    if (id !== "disk-space" && id !== "memory") {
      assert.ok(fix !== undefined || id === "namespace-time", id);
    }
    if (stopsRun) assert.ok(flags?.includes("run"), id);
  }
});

Deno.test("diagnose() asks for nothing that takes root if it is not", () => {
  const tried: string[] = [];
  const probe = fakeProbe({ uid: 1000 });
  const diagnosis = diagnose({
    ...probe,
    attempt: (trial) => {
      tried.push(Deno.inspect(trial));
      return probe.attempt(trial);
    },
    mountOverlay: () => {
      tried.push("overlay");
      return probe.mountOverlay();
    },
  });
  assert.deepEqual(tried, []);
  assert.ok(diagnosis.isPartial);
  assert.ok(!diagnosis.ok);
  const ids = all(diagnosis).map(({ id }) => id);
  assert.ok(ids.includes("kernel") && ids.includes("disk-space"));
  assert.ok(!ids.includes("overlay"));
});
