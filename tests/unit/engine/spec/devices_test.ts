/**
 * @module
 */
import assert from "node:assert/strict";
import {
  buildDeviceRules,
  buildDevices,
  type FoundDevice,
} from "../../../../lib/engine/spec/devices.ts";
import type { Device } from "../../../../lib/oci/runtime_spec.ts";
import { DEFAULT_DEVICE_RULES } from "../../../../lib/runtime/cgroups/default_device_rules.ts";

function node(path: string, minor = 0): Device {
  return { type: "c", path, major: 10, minor, fileMode: 0o600 };
}

function found(device: Device, access = "rwm"): FoundDevice {
  return { device, access };
}

Deno.test("buildDevices() makes what was asked for", () => {
  const devices = [found(node("/dev/fuse", 229)), found(node("/srv/x"), "r")];
  assert.deepEqual(
    buildDevices({ privileged: false }, { devices, hostDevices: [] }),
    [node("/dev/fuse", 229), node("/srv/x")],
  );
});

Deno.test("buildDevices() leaves the host's alone without --privileged", () => {
  const hostDevices = [node("/dev/kmsg")];
  const input = { devices: [], hostDevices };
  assert.deepEqual(buildDevices({ privileged: false }, input), []);
  assert.deepEqual(buildDevices({ privileged: true }, input), hostDevices);
});

Deno.test("buildDevices() makes each path once, as it was asked for", () => {
  const devices = [found(node("/dev/a", 1)), found(node("/dev/a", 2))];
  const hostDevices = [node("/dev/a", 0), node("/dev/b")];
  assert.deepEqual(
    buildDevices({ privileged: true }, { devices, hostDevices }),
    [node("/dev/a", 2), node("/dev/b")],
  );
});

const OWN = ["console", "core", "fd", "mqueue", "ptmx", "pts", "shm", "stdin"];

Deno.test("buildDevices() leaves out what a container has of its own", () => {
  const hostDevices = OWN.map((name) => node(`/dev/${name}`));
  assert.deepEqual(
    buildDevices({ privileged: true }, { devices: [], hostDevices }),
    [],
  );
});

const HIDDEN = ["/proc/x", "/proc", "/sys/x", "/dev/pts/9", "/dev/fd/7"];

for (const name of [...OWN.map((own) => `/dev/${own}`), "/dev", ...HIDDEN]) {
  Deno.test(`buildDevices() refuses a device as ${name}`, () => {
    const devices = [found(node(name))];
    assert.throws(
      () => buildDevices({ privileged: false }, { devices, hostDevices: [] }),
      {
        name: "UsageError",
        message:
          `Cannot give the container a device as "${name}": it has one of its own there`,
      },
    );
  });
}

Deno.test("buildDeviceRules() begins with what all containers may use", () => {
  assert.deepEqual(
    buildDeviceRules(
      { privileged: false, deviceCgroupRules: [] },
      { devices: [] },
    ),
    DEFAULT_DEVICE_RULES,
  );
});

Deno.test("buildDeviceRules() allows what was given, then what was asked for", () => {
  const rule = { allow: true, type: "c", access: "r" } as const;
  const devices = [
    found(node("/dev/fuse", 229), "rw"),
    found({ ...node("/dev/vda"), type: "b", major: 254 }, "r"),
  ];
  const rules = buildDeviceRules(
    { privileged: false, deviceCgroupRules: [rule] },
    { devices },
  );
  assert.deepEqual(rules.slice(DEFAULT_DEVICE_RULES.length), [
    { allow: true, type: "c", major: 10, minor: 229, access: "rw" },
    { allow: true, type: "b", major: 254, minor: 0, access: "r" },
    rule,
  ]);
});

Deno.test("buildDeviceRules() allows a privileged container everything", () => {
  assert.deepEqual(
    buildDeviceRules(
      { privileged: true, deviceCgroupRules: [] },
      { devices: [found(node("/dev/a"), "r")] },
    ),
    [{ allow: true, type: "a", access: "rwm" }],
  );
});
