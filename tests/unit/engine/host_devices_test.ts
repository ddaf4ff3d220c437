/**
 * @module
 */
import assert from "node:assert/strict";
import {
  findDevices,
  findHostDevices,
  statBlockDevice,
} from "../../../lib/engine/host_devices.ts";
import type { FoundDevice } from "../../../lib/engine/spec/devices.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

function find(
  source: string,
  destination = "/x",
  access = "rw",
): FoundDevice[] {
  return findDevices([{ source, destination, access }]);
}

Deno.test("findDevices() takes numbers and mode from the host", () => {
  const { uid, gid, mode } = Deno.statSync("/dev/null");
  assert.deepEqual(find("/dev/null", "/srv/none", "r"), [{
    device: {
      type: "c",
      path: "/srv/none",
      major: 1,
      minor: 3,
      fileMode: (mode ?? 0) & 0o777,
      uid,
      gid,
    },
    access: "r",
  }]);
});

Deno.test("findDevices() follows a link to a node", () => {
  using directory = new TemporaryDirectory();
  Deno.symlinkSync("/dev/zero", `${directory.path}/link`);
  const [found] = find(`${directory.path}/link`);
  assert.deepEqual([found?.device.major, found?.device.minor], [1, 5]);
});

Deno.test("findDevices() takes a directory for all nodes below it", () => {
  const found = find("/dev", "/devices", "m");
  const paths = found.map(({ device }) => device.path);
  for (const name of ["null", "zero", "full", "urandom"]) {
    assert.ok(paths.includes(`/devices/${name}`), name);
  }
  assert.ok(found.every(({ access }) => access === "m"));
});

Deno.test("findDevices() says in docker's words what is no device", () => {
  using directory = new TemporaryDirectory();
  Deno.writeTextFileSync(`${directory.path}/file`, "");
  const cases: [string, string][] = [
    ["/dev/nosuch", "no such file or directory"],
    ["/dev/null/x", "no such file or directory"],
    [`${directory.path}/file`, "not a device node"],
    [directory.path, "not a device node"],
  ];
  for (const [path, why] of cases) {
    assert.throws(() => find(path), {
      name: "UsageError",
      message:
        `error gathering device information while adding custom device "${path}": ${why}`,
    });
  }
  assert.throws(() => find("/dev/nu\0ll"), { name: "TypeError" });
});

Deno.test("findDevices() finds nothing unasked", () => {
  assert.deepEqual(findDevices([]), []);
});

Deno.test("findHostDevices() finds nodes only, each once, and no terminals", () => {
  const devices = findHostDevices();
  const paths = devices.map(({ path }) => path);
  assert.equal(new Set(paths).size, paths.length);
  assert.ok(paths.includes("/dev/null"));
  for (const { type, path } of devices) {
    assert.match(type, /^[bc]$/);
    assert.match(path, /^\/dev\/(?!pts\/|shm\/|mqueue\/|fd\/)./);
  }
  for (const link of ["/dev/fd", "/dev/stdin"]) {
    assert.ok(!paths.includes(link), link);
  }
});

Deno.test("statBlockDevice() refuses what is none", () => {
  const what = "error gathering device information while limiting the device";
  assert.throws(() => statBlockDevice("/dev/null"), {
    name: "UsageError",
    message: `${what} "/dev/null": not a block device`,
  });
  assert.throws(() => statBlockDevice("/dev/nosuch"), {
    name: "UsageError",
    message: `${what} "/dev/nosuch": no such file or directory`,
  });
});

Deno.test("statBlockDevice() knows the numbers of those the host has", () => {
  for (const { type, path, major, minor } of findHostDevices()) {
    if (type !== "b") continue;
    assert.deepEqual(statBlockDevice(path), { major, minor }, path);
  }
});
