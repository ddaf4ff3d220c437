/** @module */
import assert from "node:assert/strict";
import { MOUNT, MOUNT_ATTR } from "../../../../ffi/constants/mount.ts";
import { parseMountOptions } from "../../../../lib/runtime/plan/mount_options.ts";

/** Option, flag of mount(2), attribute of mount_setattr(2). */
const SETTING = [
  ["ro", "MS_RDONLY", "MOUNT_ATTR_RDONLY"],
  ["nosuid", "MS_NOSUID", "MOUNT_ATTR_NOSUID"],
  ["nodev", "MS_NODEV", "MOUNT_ATTR_NODEV"],
  ["noexec", "MS_NOEXEC", "MOUNT_ATTR_NOEXEC"],
  ["noatime", "MS_NOATIME", "MOUNT_ATTR_NOATIME"],
  ["nodiratime", "MS_NODIRATIME", "MOUNT_ATTR_NODIRATIME"],
  ["strictatime", "MS_STRICTATIME", "MOUNT_ATTR_STRICTATIME"],
  ["nosymfollow", "MS_NOSYMFOLLOW", "MOUNT_ATTR_NOSYMFOLLOW"],
  ["relatime", "MS_RELATIME", undefined],
  ["sync", "MS_SYNCHRONOUS", undefined],
  ["dirsync", "MS_DIRSYNC", undefined],
  ["lazytime", "MS_LAZYTIME", undefined],
  ["silent", "MS_SILENT", undefined],
] as const;

const CLEARING = [
  ["rw", "ro"],
  ["suid", "nosuid"],
  ["dev", "nodev"],
  ["exec", "noexec"],
  ["atime", "noatime"],
  ["diratime", "nodiratime"],
  ["nostrictatime", "strictatime"],
  ["symfollow", "nosymfollow"],
  ["norelatime", "relatime"],
  ["async", "sync"],
  ["nolazytime", "lazytime"],
  ["loud", "silent"],
] as const;

const RECURSIVE = [
  ["rro", "MOUNT_ATTR_RDONLY"],
  ["rnosuid", "MOUNT_ATTR_NOSUID"],
  ["rnodev", "MOUNT_ATTR_NODEV"],
  ["rnoexec", "MOUNT_ATTR_NOEXEC"],
  ["rnosymfollow", "MOUNT_ATTR_NOSYMFOLLOW"],
] as const;

const NOTHING = {
  bind: "no",
  flags: { value: 0, text: "0" },
  attributes: { value: 0, text: "0" },
  recursiveAttributes: { value: 0, text: "0" },
  data: "",
} as const;

Deno.test("parseMountOptions() of nothing is nothing", () => {
  assert.deepEqual(parseMountOptions([]), NOTHING);
  assert.deepEqual(
    parseMountOptions(["defaults", "private", "rprivate"]),
    NOTHING,
  );
});

for (const [option, flag, attribute] of SETTING) {
  Deno.test(`parseMountOptions() sets ${flag} for ${option}`, () => {
    assert.deepEqual(parseMountOptions([option]), {
      ...NOTHING,
      flags: { value: MOUNT[flag], text: flag },
      ...(attribute === undefined ? {} : {
        attributes: { value: MOUNT_ATTR[attribute], text: attribute },
      }),
    });
  });
}

for (const [clearing, setting] of CLEARING) {
  Deno.test(`parseMountOptions() lets the later of ${clearing} and ${setting} win`, () => {
    const set = parseMountOptions([setting]);
    assert.notDeepEqual(set, NOTHING);
    assert.deepEqual(parseMountOptions([clearing]), NOTHING);
    assert.deepEqual(parseMountOptions([setting, clearing]), NOTHING);
    assert.deepEqual(parseMountOptions([clearing, setting]), set);
  });
}

for (const [option, attribute] of RECURSIVE) {
  Deno.test(`parseMountOptions() takes ${option} for the whole tree`, () => {
    assert.deepEqual(parseMountOptions([option]), {
      ...NOTHING,
      recursiveAttributes: { value: MOUNT_ATTR[attribute], text: attribute },
    });
  });
}

Deno.test("parseMountOptions() combines flags in the order given, each once", () => {
  const { flags } = parseMountOptions(["nodev", "ro", "nosuid", "nodev"]);
  assert.deepEqual(flags, {
    value: 0x7,
    text: "MS_NODEV|MS_RDONLY|MS_NOSUID",
  });
});

Deno.test("parseMountOptions() tells binds of one mount from those of a tree", () => {
  assert.equal(parseMountOptions(["bind"]).bind, "one");
  assert.equal(parseMountOptions(["rbind"]).bind, "tree");
  assert.equal(parseMountOptions(["bind", "rbind"]).bind, "tree");
  assert.equal(parseMountOptions(["rbind", "bind"]).bind, "one");
});

Deno.test("parseMountOptions() knows parts of sources, and mapped owners", () => {
  const { ids, subpath, data } = parseMountOptions([
    "rbind",
    "idmap",
    "subpath=a=b/c",
  ]);
  assert.deepEqual({ ids, subpath, data }, {
    ids: "container",
    subpath: "a=b/c",
    data: "",
  });
});

Deno.test("parseMountOptions() leaves what it does not know to the file system", () => {
  const { data, flags } = parseMountOptions([
    "mode=755",
    "ro",
    "size=64k",
    "lowerdir=/a\\:b:/c",
    "RO",
  ]);
  assert.equal(data, "mode=755,size=64k,lowerdir=/a\\:b:/c,RO");
  assert.equal(flags.text, "MS_RDONLY");
});

Deno.test("parseMountOptions() knows no option by the name of an object's own", () => {
  const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
  assert.deepEqual(parseMountOptions(names), {
    ...NOTHING,
    data: names.join(","),
  });
});
