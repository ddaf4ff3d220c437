/**
 * @module
 */
import assert from "node:assert/strict";
import { getRlimit } from "../../../ffi/calls/credentials.ts";
import {
  type GatheredInput,
  gatherHostInput,
  type HostRequest,
} from "../../../lib/engine/host_input.ts";
import type { Rlimit } from "../../../lib/oci/runtime_spec.ts";
import { heldCapabilities } from "../../../lib/runtime/security/capabilities.ts";

function gather(request: Partial<HostRequest> = {}): GatheredInput {
  return gatherHostInput({
    devices: [],
    privileged: false,
    rlimits: [],
    throttles: [],
    ...request,
  });
}

Deno.test("gatherHostInput() looks for nothing that is not asked for", () => {
  assert.deepEqual(gather(), {
    heldCapabilities: heldCapabilities(),
    rlimits: [],
    notes: [],
    throttles: {},
    devices: [],
    hostDevices: [],
    apparmor: "disabled",
  });
});

Deno.test("gatherHostInput() finds devices, all of them for --privileged", () => {
  const request = { source: "/dev/null", destination: "/dev/x", access: "r" };
  const { devices, hostDevices } = gather({
    devices: [request],
    privileged: true,
  });
  assert.deepEqual(devices.map(({ device }) => device.path), ["/dev/x"]);
  assert.ok(hostDevices.some(({ path }) => path === "/dev/null"));
});

Deno.test("gatherHostInput() keeps limits within its own", () => {
  const hard = Number(getRlimit("RLIMIT_NOFILE").hard);
  const wanted: Rlimit = { type: "RLIMIT_NOFILE", soft: 10, hard };
  const { rlimits, notes } = gather({ rlimits: [wanted] });
  assert.deepEqual(rlimits, [wanted]);
  assert.deepEqual(notes, []);
});

Deno.test("gatherHostInput() lowers what nobody may set, and says so", () => {
  const wanted: Rlimit = { type: "RLIMIT_NOFILE", soft: 10, hard: -1 };
  const { rlimits, notes } = gather({ rlimits: [wanted] });
  const [limit] = rlimits;
  assert.ok(limit);
  assert.ok(limit.hard > 0 && limit.hard <= 2 ** 31, String(limit.hard));
  assert.equal(limit.soft, 10);
  assert.deepEqual(notes, [
    `Limits lowered to what this host allows: nofile 10:unlimited to 10:${limit.hard}`,
  ]);
});

Deno.test("gatherHostInput() counts on no privilege in a user namespace", () => {
  const hard = Number(getRlimit("RLIMIT_NOFILE").hard);
  const { rlimits } = gather({
    idMappings: { uid: [], gid: [] },
    rlimits: [{ type: "RLIMIT_NOFILE", soft: 1, hard: -1 }],
  });
  assert.deepEqual(rlimits, [{ type: "RLIMIT_NOFILE", soft: 1, hard }]);
});

Deno.test("gatherHostInput() refuses limits of what is no block device", () => {
  const throttle = {
    list: "throttleReadBpsDevice",
    path: "/dev/null",
    rate: 1,
  } as const;
  assert.throws(() => gather({ throttles: [throttle] }), {
    name: "UsageError",
    message:
      'error gathering device information while limiting the device "/dev/null": not a block device',
  });
});

Deno.test("gatherHostInput() asks the kernel for AppArmor", () => {
  const { apparmor } = gather({ apparmor: "unconfined" });
  let enabled = "N";
  try {
    enabled = Deno.readTextFileSync("/sys/module/apparmor/parameters/enabled");
  } catch (error) {
    assert.ok(error instanceof Deno.errors.NotFound);
  }
  assert.equal(apparmor, enabled.startsWith("Y") ? "enabled" : "disabled");
});

Deno.test("gatherHostInput() lets the OOM score be raised by anybody", () => {
  assert.ok(gather({ oomScoreAdj: 1000 }));
  assert.ok(gather({ oomScoreAdj: ownScore() }));
});

Deno.test("gatherHostInput() has it lowered only by the privileged, outside of user namespaces", () => {
  const lower = { oomScoreAdj: ownScore() - 1 };
  const idMappings = { uid: [], gid: [] };
  assert.throws(() => gather({ ...lower, idMappings }), {
    name: "HostError",
    message: /^Cannot lower the OOM score adjustment .* user namespace cannot$/,
  });
  if (heldCapabilities().has("CAP_SYS_RESOURCE")) assert.ok(gather(lower));
  else assert.throws(() => gather(lower), /takes CAP_SYS_RESOURCE/);
});

function ownScore(): number {
  return Number(Deno.readTextFileSync("/proc/self/oom_score_adj"));
}
