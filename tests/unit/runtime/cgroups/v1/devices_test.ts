/** @module */
import { deviceFiles } from "../../../../../lib/runtime/cgroups/v1/devices.ts";
import { testFiles } from "../../../../support/cgroup_files.ts";

const NULL = { type: "c", major: 1, minor: 3, access: "rwm" } as const;
const DISKS = { type: "b", major: 8, minor: "*", access: "w" } as const;

testFiles(deviceFiles, "devices", [
  [{ default: "deny", exceptions: [] }, ["devices.deny=a"]],
  [{ default: "deny", exceptions: [NULL, DISKS] }, [
    "devices.deny=a",
    "devices.allow=c 1:3 rwm",
    "devices.allow=b 8:* w",
  ]],
  // A container's own devices are all that can be allowed in it.
  [{ default: "allow", exceptions: [] }, ["devices.allow=a or EPERM"]],
  [{ default: "allow", exceptions: [DISKS] }, [
    "devices.allow=a",
    "devices.deny=b 8:* w",
  ]],
]);
