/**
 * Cgroup versions by mount table.
 *
 * @module
 */
import assert from "node:assert/strict";
import { cgroupMode } from "../../../../lib/cli/commands/cgroup_mode.ts";

const ROOT = "22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw";
const V1 = "30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory";
const V2 =
  "29 25 0:25 / /sys/fs/cgroup/unified rw shared:9 - cgroup2 cgroup2 rw";

const TABLES: readonly (readonly [string, string[]])[] = [
  ["none", [ROOT]],
  ["none", []],
  ["v1", [ROOT, V1]],
  ["v2", [ROOT, V2]],
  ["hybrid", [V2, V1, ROOT, ""]],
  ["none", ["30 25 0:26 / /mnt rw - tmpfs cgroup rw"]],
];

for (const [mode, lines] of TABLES) {
  Deno.test(`cgroupMode() of ${lines.length} mounts is ${mode}`, () => {
    assert.equal(cgroupMode(lines.join("\n")), mode);
  });
}
