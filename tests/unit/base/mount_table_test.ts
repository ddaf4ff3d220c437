/** @module */
import assert from "node:assert/strict";
import { parseMountTable } from "../../../lib/base/mount_table.ts";

Deno.test("parseMountTable() reads the kernel's own", () => {
  const mounts = parseMountTable(Deno.readTextFileSync("/proc/self/mountinfo"));
  assert.ok(mounts.some(({ mountPoint }) => mountPoint === "/"));
  const proc = mounts.find(({ mountPoint }) => mountPoint === "/proc");
  assert.equal(proc?.type, "proc");
  assert.ok(mounts.every(({ root, type }) => root !== "" && type !== ""));
  assert.ok(
    mounts.every(({ device: { major, minor } }) =>
      Number.isInteger(major) && Number.isInteger(minor)
    ),
  );
});

Deno.test("parseMountTable() takes any number of optional fields", () => {
  const text = "1 0 0:1 / /a rw - t s rw,x\n" +
    "2 0 8:17 /sub /b ro,noexec shared:1 master:2 - t2 s rw\n";
  assert.deepEqual(parseMountTable(text), [
    {
      device: { major: 0, minor: 1 },
      root: "/",
      mountPoint: "/a",
      type: "t",
      options: ["rw", "rw", "x"],
    },
    {
      device: { major: 8, minor: 17 },
      root: "/sub",
      mountPoint: "/b",
      type: "t2",
      options: ["ro", "noexec", "rw"],
    },
  ]);
});

Deno.test("parseMountTable() undoes escapes", () => {
  const [mount] = parseMountTable(
    "1 0 0:1 /r\\040t /a\\134b\\012c rw - t s rw\n",
  );
  assert.equal(mount?.mountPoint, "/a\\b\nc");
  assert.equal(mount?.root, "/r t");
});

Deno.test("parseMountTable() skips what it cannot read", () => {
  assert.deepEqual(parseMountTable("nonsense\n\na - b - c\n1 2 3 / /a rw"), []);
});
