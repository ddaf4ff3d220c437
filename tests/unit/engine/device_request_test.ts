/**
 * @module
 */
import assert from "node:assert/strict";
import {
  parseDevice,
  parseDeviceCgroupRule,
} from "../../../lib/engine/device_request.ts";
import type { DeviceCgroupRule } from "../../../lib/oci/linux_resources.ts";

const DEVICES: readonly (readonly [string, string, string, string])[] = [
  ["/dev/fuse", "/dev/fuse", "/dev/fuse", "rwm"],
  ["/dev/fuse:rw", "/dev/fuse", "/dev/fuse", "rw"],
  ["/dev/fuse:mr", "/dev/fuse", "/dev/fuse", "mr"],
  ["/dev/fuse:/dev/x", "/dev/fuse", "/dev/x", "rwm"],
  ["/dev/fuse:/dev/x:r", "/dev/fuse", "/dev/x", "r"],
  ["/dev/fuse:/dev/x:", "/dev/fuse", "/dev/x", "rwm"],
  ["/dev/fuse::w", "/dev/fuse", "/dev/fuse", "w"],
  ["/dev/fuse:", "/dev/fuse", "/dev/fuse", "rwm"],
  ["/dev//snd/", "/dev/snd", "/dev/snd", "rwm"],
  ["/dev/x:/srv/../y", "/dev/x", "/y", "rwm"],
];

for (const [text, source, destination, access] of DEVICES) {
  Deno.test(`parseDevice() understands "${text}"`, () => {
    assert.deepEqual(parseDevice(text), { source, destination, access });
  });
}

const REFUSED: readonly (readonly [string, string])[] = [
  ["", "bad format for path: "],
  [":/dev/x", "bad format for path: :/dev/x"],
  ["/dev/a:/dev/b:rw:z", "bad format for path: /dev/a:/dev/b:rw:z"],
  ["x", "x is not an absolute path"],
  ["/dev/a:x", "x is not an absolute path"],
  ["/dev/a:rr", "rr is not an absolute path"],
  ["/dev/a:/dev/b:rwx", "bad mode specified: rwx"],
  ["/dev/a:/dev/b:rwmr", "bad mode specified: rwmr"],
  ["/dev/a:/dev/b:rr", "bad mode specified: rr"],
  [
    "vendor.com/gpu=all",
    'unresolvable device "vendor.com/gpu=all": devices of CDI do not exist yet',
  ],
];

for (const [text, message] of REFUSED) {
  Deno.test(`parseDevice() refuses "${text}"`, () => {
    assert.throws(() => parseDevice(text), { name: "UsageError", message });
  });
}

const RULES: readonly (readonly [string, Omit<DeviceCgroupRule, "allow">])[] = [
  ["c 1:3 rwm", { type: "c", major: 1, minor: 3, access: "rwm" }],
  ["b 8:* r", { type: "b", major: 8, access: "r" }],
  ["c *:7 m", { type: "c", minor: 7, access: "m" }],
  ["c *:* w", { type: "c", access: "w" }],
  ["a *:* rwm", { type: "a", access: "rwm" }],
];

for (const [text, rule] of RULES) {
  Deno.test(`parseDeviceCgroupRule() understands "${text}"`, () => {
    assert.deepEqual(parseDeviceCgroupRule(text), { allow: true, ...rule });
  });
}

Deno.test("parseDeviceCgroupRule() refuses others", () => {
  const wrong = ["", "c", "c 1:3", "c 1:3 rwx", "d 1:3 r", "c 1 r", "c 1:3  r"];
  const wide = ["a 1:3 r", "a *:* r", "a *:3 rwm"];
  for (const text of [...wrong, ...wide, "c -1:3 r", "c 9999999999:1 r"]) {
    assert.throws(() => parseDeviceCgroupRule(text), {
      name: "UsageError",
      message: `invalid argument "${text}" for "--device-cgroup-rule" flag: ` +
        `invalid device cgroup format '${text}'`,
      advice: "'c 1:3 rwm': kind, major:minor or *, and access",
    });
  }
});
