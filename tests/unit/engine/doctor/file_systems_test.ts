/** @module */
import assert from "node:assert/strict";
import {
  checkDeviceNodes,
  checkFileSystems,
  checkFullProc,
} from "../../../../lib/engine/doctor/file_systems.ts";
import type {
  Answer,
  Trial,
} from "../../../../lib/engine/doctor/host_probe.ts";
import {
  fakeProbe,
  refused,
  UNTRIED,
  WORKS,
} from "../../../support/fake_probe.ts";

/** What a trial mounts last, in which namespaces. */
function mounted({ calls = [], born = [] }: Trial): string {
  const last = calls.findLast(({ call }) => call === "mount");
  return `${last?.args[2]}${born.includes("CLONE_NEWUSER") ? " as user" : ""}`;
}

Deno.test("checkFileSystems() mounts each, after making all private", () => {
  const trials: Trial[] = [];
  const result = checkFileSystems(fakeProbe({
    attempt(trial): Answer {
      trials.push(trial);
      return WORKS;
    },
  }));
  assert.equal(result.detail, "proc, sysfs, tmpfs, devpts, mqueue work");
  assert.equal(trials.length, 5);
  for (const { calls = [], born = [] } of trials) {
    assert.ok(born.includes("CLONE_NEWNS"));
    assert.deepEqual(calls[0]?.args, [null, "/", null, 0x44000, null]);
    assert.equal(calls.length, 2);
  }
});

Deno.test("checkFileSystems() names those that are refused", () => {
  const attempt = (trial: Trial): Answer =>
    mounted(trial) === "mqueue" ? refused("mount: ENODEV") : WORKS;
  const result = checkFileSystems(fakeProbe({ attempt }));
  assert.equal(result.status, "missing");
  assert.equal(result.detail, "mqueue: mount: ENODEV");
  assert.ok(result.stopsRun);
});

Deno.test("checkDeviceNodes() makes a node and opens it", () => {
  const calls: string[] = [];
  const probe = fakeProbe({
    attempt(trial): Answer {
      calls.push(...(trial.calls ?? []).map(({ call }) => call));
      return WORKS;
    },
  });
  assert.equal(checkDeviceNodes(probe).status, "ok");
  assert.deepEqual(calls, ["mount", "mount", "mknodat", "openat"]);
  const without = fakeProbe({ attempt: () => refused("mknodat: EPERM") });
  const result = checkDeviceNodes(without);
  assert.deepEqual([result.status, result.stopsRun], ["missing", true]);
});

Deno.test("checkFullProc() mounts what shows namespaces in a user namespace", () => {
  const attempt = (trial: Trial): Answer =>
    mounted(trial) === "proc as user" ? refused("mount: EPERM") : WORKS;
  const result = checkFullProc(fakeProbe({ attempt }));
  assert.equal(result.status, "missing");
  assert.equal(result.detail, "in user namespaces: proc: mount: EPERM");
  assert.deepEqual(result.flags, ["--userns", "--uidmap", "--gidmap"]);
  assert.equal(result.stopsRun, undefined);
  assert.equal(checkFullProc(fakeProbe()).status, "ok");
});

Deno.test("checkFullProc() is missing where nothing can be launched into one", () => {
  const result = checkFullProc(fakeProbe({ attempt: () => UNTRIED }));
  assert.equal(result.status, "missing");
  assert.match(result.detail, /it takes the native launcher/);
});
