/** @module */
import assert from "node:assert/strict";
import {
  mountOf,
  parseMountTable,
} from "../../../../lib/engine/doctor/mount_table.ts";
import { mountinfo } from "../../../support/fake_probe.ts";

Deno.test("parseMountTable() reads the kernel's own", () => {
  const mounts = parseMountTable(Deno.readTextFileSync("/proc/self/mountinfo"));
  assert.ok(mounts.some(({ mountPoint }) => mountPoint === "/"));
  const proc = mounts.find(({ mountPoint }) => mountPoint === "/proc");
  assert.equal(proc?.type, "proc");
  assert.ok(mounts.every(({ root, type }) => root !== "" && type !== ""));
});

Deno.test("parseMountTable() takes any number of optional fields", () => {
  const text = "1 0 0:1 / /a rw - t s rw,x\n" +
    "2 0 0:1 /sub /b ro,noexec shared:1 master:2 - t2 s rw\n";
  const [a, b] = parseMountTable(text);
  assert.deepEqual([...a?.options ?? []], ["rw", "x"]);
  assert.deepEqual([b?.root, b?.type], ["/sub", "t2"]);
  assert.ok(b?.options.has("noexec"));
});

Deno.test("parseMountTable() undoes escapes", () => {
  const [mount] = parseMountTable("1 0 0:1 / /a\\134b\\012c rw - t s rw\n");
  assert.equal(mount?.mountPoint, "/a\\b\nc");
});

Deno.test("parseMountTable() skips what it cannot read", () => {
  assert.deepEqual(parseMountTable("nonsense\n\n"), []);
});

Deno.test("mountOf() finds the nearest mount, the last of several", () => {
  const mounts = parseMountTable(
    mountinfo("/ ext4", "/var xfs", "/var/lib tmpfs", "/var/lib btrfs"),
  );
  const typeOf = (path: string): string | undefined =>
    mountOf(mounts, path)?.type;
  assert.equal(typeOf("/"), "ext4");
  assert.equal(typeOf("/home"), "ext4");
  assert.equal(typeOf("/variable"), "ext4");
  assert.equal(typeOf("/var"), "xfs");
  assert.equal(typeOf("/var/lib/tsdocker"), "btrfs");
  assert.equal(mountOf([], "/"), undefined);
});
