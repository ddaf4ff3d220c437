/** @module */
import assert from "node:assert/strict";
import type {
  Answer,
  FreeSpace,
  IdMappingAnswers,
  OverlayAnswers,
} from "../../../../lib/engine/doctor/host_probe.ts";
import {
  checkDiskSpace,
  checkIdMapping,
  checkOverlay,
  checkProgram,
  checkRunRoot,
} from "../../../../lib/engine/doctor/storage.ts";
import {
  fakeProbe,
  mountinfo,
  refused,
  WORKS,
} from "../../../support/fake_probe.ts";

Deno.test("checkOverlay() names the place and its file system", () => {
  const files = {
    "/proc/self/mountinfo": mountinfo("/ ext4", "/persistent xfs"),
  };
  assert.equal(
    checkOverlay(fakeProbe({ files })).detail,
    "works in /persistent on xfs",
  );
  const mount = refused("mount: EINVAL (invalid argument)");
  const mountOverlay = (): OverlayAnswers => ({ mount, changes: mount });
  const result = checkOverlay(fakeProbe({ files, mountOverlay }));
  assert.equal(result.status, "missing");
  assert.equal(
    result.detail,
    "mount: EINVAL (invalid argument), in /persistent on xfs",
  );
  assert.ok(result.stopsRun);
});

Deno.test("checkOverlay() tells an overlay that takes some changes only", () => {
  const changes = refused("mkdirat: EIO");
  const mountOverlay = (): OverlayAnswers => ({ mount: WORKS, changes });
  const result = checkOverlay(fakeProbe({ mountOverlay }));
  assert.equal(result.status, "degraded");
  assert.equal(result.detail, "mkdirat: EIO, in /persistent on ext4");
  assert.equal(result.stopsRun, undefined);
});

Deno.test("checkOverlay() does without a mount table", () => {
  const files = { "/proc/self/mountinfo": undefined };
  assert.match(
    checkOverlay(fakeProbe({ files })).detail,
    /on an unknown file system$/,
  );
});

Deno.test("checkRunRoot() wants to write", () => {
  assert.equal(checkRunRoot(fakeProbe()).detail, "/volatile can be written");
  const makeDirectory = (): Answer => refused("mkdirat: EROFS");
  const result = checkRunRoot(fakeProbe({ makeDirectory }));
  assert.deepEqual(
    [result.status, result.detail, result.stopsRun],
    ["missing", "/volatile: mkdirat: EROFS", true],
  );
});

Deno.test("checkIdMapping() tells a mount from an overlay on top of it", () => {
  const reason = (mount = WORKS, overlay = WORKS): string => {
    const mapIds = (): IdMappingAnswers => ({ mount, overlay });
    const { status, detail } = checkIdMapping(fakeProbe({ mapIds }));
    return `${status}: ${detail}`;
  };
  assert.equal(reason(), "ok: work, below an overlay too");
  assert.equal(
    reason(refused("mount_setattr: EINVAL"), refused("other")),
    "degraded: mount_setattr: EINVAL",
  );
  assert.equal(
    reason(WORKS, refused("mount: EINVAL")),
    "degraded: mount: EINVAL",
  );
});

Deno.test("checkDiskSpace() counts bytes and inodes", () => {
  const status = (space: Partial<FreeSpace>): string => {
    const whole = {
      freeBytes: 50e9,
      totalBytes: 100e9,
      freeInodes: 4e6,
      totalInodes: 5e6,
      ...space,
    };
    return checkDiskSpace(fakeProbe({ space: () => whole })).status;
  };
  assert.equal(status({}), "ok");
  assert.equal(status({ freeBytes: 0 }), "missing");
  assert.equal(status({ freeBytes: 999e6 }), "degraded");
  assert.equal(status({ freeInodes: 0 }), "missing");
  assert.equal(status({ freeInodes: 9999 }), "degraded");
  // btrfs makes inodes as they are needed.
  assert.equal(status({ freeInodes: 0, totalInodes: 0 }), "ok");
  // ramfs has no bounds at all.
  assert.equal(status({ freeBytes: 0, totalBytes: 0 }), "ok");
});

Deno.test("checkDiskSpace() prints what is left", () => {
  assert.equal(
    checkDiskSpace(fakeProbe()).detail,
    "50GB of 100GB free, 4000000 inodes",
  );
  const unknown = checkDiskSpace(fakeProbe({ space: () => undefined }));
  assert.equal(unknown.status, "degraded");
});

Deno.test("checkProgram() minds a noexec mount", () => {
  assert.equal(
    checkProgram(fakeProbe()).detail,
    "portable, run from /persistent/runtime/0",
  );
  const files = {
    "/proc/self/mountinfo": mountinfo(
      "/ ext4",
      "/persistent ext4 rw,noexec",
    ),
  };
  const result = checkProgram(fakeProbe({ files }));
  assert.deepEqual([result.status, result.stopsRun], ["missing", true]);
  const elsewhere = { kind: "compiled", directory: "/usr/bin" } as const;
  assert.equal(
    checkProgram(fakeProbe({ files, program: elsewhere })).status,
    "ok",
  );
});
