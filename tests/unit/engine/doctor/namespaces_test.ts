/** @module */
import assert from "node:assert/strict";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import type {
  Answer,
  Trial,
} from "../../../../lib/engine/doctor/host_probe.ts";
import {
  checkLauncher,
  checkNamespaces,
} from "../../../../lib/engine/doctor/namespaces.ts";
import {
  type FakeHost,
  fakeProbe,
  refused,
  UNTRIED,
  WORKS,
} from "../../../support/fake_probe.ts";

function results(host: FakeHost): Map<string, CheckResult> {
  return new Map(
    checkNamespaces(fakeProbe(host)).map((result) => [result.id, result]),
  );
}

Deno.test("checkNamespaces() makes each kind, one at a time", () => {
  const trials: Trial[] = [];
  const found = checkNamespaces(fakeProbe({
    attempt(trial): Answer {
      trials.push(trial);
      return WORKS;
    },
  }));
  assert.deepEqual(trials.map(({ born }) => born), [
    ["CLONE_NEWNS"],
    ["CLONE_NEWPID"],
    ["CLONE_NEWNET"],
    ["CLONE_NEWIPC"],
    ["CLONE_NEWUTS"],
    ["CLONE_NEWCGROUP"],
    ["CLONE_NEWUSER"],
    ["CLONE_NEWTIME"],
  ]);
  assert.ok(found.every(({ status }) => status === "ok"));
  const network = found.find(({ id }) => id === "namespace-network");
  assert.equal(network?.detail, "works, at most 9000 of them");
});

Deno.test("checkNamespaces() knows which kinds run cannot do without", () => {
  const found = results({ attempt: () => refused("clone3: EINVAL") });
  const stopping = [...found.values()].filter(({ stopsRun }) => stopsRun);
  assert.deepEqual(stopping.map(({ id }) => id), [
    "namespace-mount",
    "namespace-pid",
    "namespace-network",
    "namespace-ipc",
    "namespace-uts",
    "namespace-cgroup",
  ]);
  assert.match(
    found.get("namespace-network")?.costs ?? "",
    /without --network=host$/,
  );
  const user = found.get("namespace-user");
  assert.equal(user?.status, "missing");
  assert.deepEqual(user?.flags, ["--userns", "--uidmap", "--gidmap"]);
});

Deno.test("checkNamespaces() tells a limit of 0 from a refusal", () => {
  const found = results({
    attempt: () => refused("clone3: ENOSPC"),
    files: { "/proc/sys/user/max_net_namespaces": "0\n" },
  });
  assert.match(
    found.get("namespace-network")?.fix ?? "",
    /^sysctl -w user\.max_net_namespaces=/,
  );
  assert.match(found.get("namespace-pid")?.fix ?? "", /CAP_SYS_ADMIN/);
});

Deno.test("checkNamespaces() knows that run goes without what a kernel has not", () => {
  const found = results({ exists: () => false });
  for (const { status } of found.values()) assert.equal(status, "missing");
  const stopping = [...found.values()].filter(({ stopsRun }) => stopsRun);
  assert.deepEqual(stopping.map(({ id }) => id), ["namespace-mount"]);
  assert.equal(
    found.get("namespace-network")?.costs,
    "containers share the network namespace of the host",
  );
});

Deno.test("checkNamespaces() does not call missing what nobody could try", () => {
  const found = results({ attempt: () => UNTRIED });
  assert.equal(found.get("namespace-time")?.status, "degraded");
  assert.match(found.get("namespace-time")?.detail ?? "", /^not tried: /);
  // A user namespace is made by the native launcher alone.
  assert.equal(found.get("namespace-user")?.status, "missing");
});

Deno.test("checkLauncher() calls its want a matter of time", () => {
  assert.equal(checkLauncher(fakeProbe()).status, "ok");
  const launchNatively = (): Answer =>
    refused("clone3: ENOSYS (not implemented)");
  const result = checkLauncher(fakeProbe({ launchNatively }));
  assert.equal(result.status, "degraded");
  assert.equal(result.stopsRun, undefined);
  assert.match(result.detail, /^clone3: ENOSYS/);
  assert.match(result.costs ?? "", /30 ms/);
});
