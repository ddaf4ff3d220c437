/** @module */
import assert from "node:assert/strict";
import type { CapabilityName } from "../../../../ffi/constants/capability.ts";
import type { CheckResult } from "../../../../lib/engine/doctor/check_result.ts";
import type { HostProbe } from "../../../../lib/engine/doctor/host_probe.ts";
import {
  checkDefaultCapabilities,
  checkNeededCapabilities,
  checkOtherCapabilities,
  checkResourceCapability,
} from "../../../../lib/engine/doctor/privileges.ts";
import {
  capabilityMask,
  capabilityNames,
} from "../../../../lib/runtime/security/capabilities.ts";
import { ALL_CAPABILITIES, fakeProbe } from "../../../support/fake_probe.ts";

const CHECKS = [
  checkNeededCapabilities,
  checkDefaultCapabilities,
  checkResourceCapability,
  checkOtherCapabilities,
];

/** A host that holds all but some. */
function without(...names: readonly CapabilityName[]): HostProbe {
  const permitted = ALL_CAPABILITIES & ~capabilityMask(names);
  return fakeProbe({
    capabilities: () => ({ permitted, bounding: ALL_CAPABILITIES }),
  });
}

function complaints(probe: HostProbe): CheckResult[] {
  return CHECKS.map((check) => check(probe))
    .filter(({ status }) => status !== "ok");
}

Deno.test("the checks of capabilities have nothing to say to a full set", () => {
  assert.deepEqual(complaints(fakeProbe()), []);
});

Deno.test("every capability that is lacking is named by some check", () => {
  const names = capabilityNames(ALL_CAPABILITIES);
  assert.equal(names.length, 41);
  for (const name of names) {
    const found = complaints(without(name));
    assert.ok(found.length > 0, name);
    assert.ok(
      found.some(({ detail, title }) =>
        detail.includes(name) || title === name
      ),
      name,
    );
    assert.ok(
      found.some(({ flags }) =>
        flags?.includes("run") ||
        flags?.includes(`--cap-add ${name.slice("CAP_".length)}`)
      ),
      name,
    );
  }
});

Deno.test("checkNeededCapabilities() says what each is for", () => {
  const result = checkNeededCapabilities(
    without("CAP_SYS_ADMIN", "CAP_NET_ADMIN"),
  );
  assert.equal(result.detail, "lacks CAP_SYS_ADMIN, CAP_NET_ADMIN");
  assert.match(result.costs ?? "", /namespaces and mounts \(CAP_SYS_ADMIN\)/);
  assert.ok(result.stopsRun);
});

Deno.test("checkDefaultCapabilities() does not stop run", () => {
  const result = checkDefaultCapabilities(without("CAP_NET_RAW"));
  assert.equal(result.status, "missing");
  assert.equal(result.stopsRun, undefined);
  assert.deepEqual(result.flags, ["--cap-add NET_RAW"]);
});

Deno.test("checkDefaultCapabilities() knows what tsdocker uses them for", () => {
  const result = checkDefaultCapabilities(without("CAP_CHOWN", "CAP_KILL"));
  assert.match(result.costs ?? "", /files of other users .*\(CAP_CHOWN\)$/);
  assert.deepEqual(result.flags, [
    "--cap-add CHOWN",
    "--cap-add KILL",
    "--user",
  ]);
});

Deno.test("a capability outside the bounding set is as good as lacking", () => {
  const bounding = ALL_CAPABILITIES & ~capabilityMask(["CAP_SYS_TIME"]);
  const capabilities = (): ReturnType<HostProbe["capabilities"]> => ({
    permitted: ALL_CAPABILITIES,
    bounding,
  });
  const result = checkOtherCapabilities(fakeProbe({ capabilities }));
  assert.deepEqual(result.flags, ["--cap-add SYS_TIME"]);
});

Deno.test("checkOtherCapabilities() does not want what the kernel has not", () => {
  const permitted = ALL_CAPABILITIES &
    ~capabilityMask(["CAP_CHECKPOINT_RESTORE", "CAP_BPF"]);
  const check = (last: string | undefined): CheckResult =>
    checkOtherCapabilities(fakeProbe({
      capabilities: () => ({ permitted, bounding: permitted }),
      files: { "/proc/sys/kernel/cap_last_cap": last },
    }));
  assert.equal(check("38\n").status, "ok");
  assert.equal(check("39\n").detail, "lacks CAP_BPF");
  assert.equal(
    check(undefined).detail,
    "lacks CAP_BPF, CAP_CHECKPOINT_RESTORE",
  );
});

Deno.test("checkOtherCapabilities() counts what is too much to name", () => {
  const held = (): ReturnType<HostProbe["capabilities"]> => ({
    permitted: 0n,
    bounding: 0n,
  });
  const result = checkOtherCapabilities(fakeProbe({ capabilities: held }));
  assert.equal(result.detail, "lacks 24 of 24");
  assert.equal(result.flags?.length, 24);
});
