/**
 * Which devices may be used, on cgroup v1.
 *
 * @module
 * @see Linux Documentation/admin-guide/cgroup-v1/devices.rst
 */
import {
  type DeviceAccess,
  deviceText,
  isUnrestricted,
} from "../device_rules.ts";
import type { CgroupFile } from "../hierarchy.ts";

/**
 * The writes that bring a cgroup without children to a state: first the
 * default, which forgets all exceptions, then each exception.
 *
 * @param access What {@linkcode foldDeviceRules} found.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const exceptions = [{ type: "c", major: 1, minor: 3, access: "rw" }] as const;
 * assert.deepEqual(deviceFiles({ default: "deny", exceptions }), [
 *   { controller: "devices", file: "devices.deny", value: "a" },
 *   { controller: "devices", file: "devices.allow", value: "c 1:3 rw" },
 * ]);
 * ```
 */
export function deviceFiles(access: DeviceAccess): CgroupFile[] {
  const isDenying = access.default === "deny";
  const [all, each] = isDenying
    ? ["devices.deny", "devices.allow"]
    : ["devices.allow", "devices.deny"];
  return [
    isUnrestricted(access)
      // In a container, its devices are the most there is, and are inherited.
      ? { ...deviceFile(all, "a"), tolerate: ["EPERM"] }
      : deviceFile(all, "a"),
    ...access.exceptions.map((one) => deviceFile(each, deviceText(one))),
  ];
}

function deviceFile(file: string, value: string): CgroupFile {
  return { controller: "devices", file, value };
}
