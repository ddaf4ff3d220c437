/** @module */
import assert from "node:assert/strict";
import { packTar, type TarEntry, unpackTar } from "modern-tar";
import { imageEntries } from "../../../../images/busybox/build.ts";
import { DIRECTORIES, FILES } from "../../../../images/busybox/files.ts";
import { isStatic } from "../../../../images/busybox/program.ts";

const PROGRAM = new TextEncoder().encode("not really busybox");
const LITTLE_ENDIAN = true;
const APPLETS = [
  "sbin/init",
  "bin/sh",
  "bin/busybox",
  "linuxrc",
  "usr/bin/awk",
];

function entries(): TarEntry[] {
  return imageEntries(PROGRAM, APPLETS, new Date(0));
}

function names(): string[] {
  return entries().map(({ header }) => header.name);
}

Deno.test("imageEntries() puts a directory before what is in it", () => {
  const seen = new Set(["./"]);
  for (const name of names()) {
    const parent = name.replace(/[^/]+\/?$/, "");
    assert.ok(parent === "" || seen.has(parent), `${name} before ${parent}`);
    seen.add(name);
  }
});

Deno.test("imageEntries() links the applets to the program, after it", () => {
  const links = entries().filter(({ header }) => header.type === "link");
  assert.deepEqual(
    links.map(({ header }) => [header.name, header.linkname]),
    ["bin/sh", "sbin/init", "usr/bin/awk"].map((name) => [name, "bin/busybox"]),
  );
  assert.ok(names().indexOf("bin/busybox") < names().indexOf("bin/sh"));
});

Deno.test("imageEntries() gives everything to root, at the given time", () => {
  for (const { header } of entries()) {
    assert.deepEqual([header.uid, header.gid], [0, 0], header.name);
    assert.equal(header.mtime?.getTime(), 0, header.name);
  }
});

Deno.test("imageEntries() sets the modes a container expects", () => {
  const modes = new Map(
    entries().map(({ header }) => [header.name, header.mode]),
  );
  const expected: [string, number][] = [
    ["tmp/", 0o1777],
    ["var/tmp/", 0o1777],
    ["root/", 0o700],
    ["etc/", 0o755],
    ["etc/passwd", 0o644],
    ["etc/shadow", 0o600],
    ["bin/busybox", 0o755],
  ];
  for (const [name, mode] of expected) {
    assert.equal(modes.get(name), mode, name);
  }
  for (const name of ["proc/", "sys/", "dev/"]) {
    assert.ok(modes.has(name), name);
  }
});

Deno.test("the image is the same bytes twice, and reads back", async () => {
  const bytes = await packTar(entries());
  assert.deepEqual(bytes, await packTar(entries()));
  const back = await unpackTar(bytes);
  const program = back.find(({ header }) => header.name === "bin/busybox");
  assert.deepEqual(new Uint8Array(program?.data ?? []), PROGRAM);
});

Deno.test("every user's group and directory parent exist", () => {
  const rows = (name: string): string[][] =>
    (FILES[name]?.text ?? "").trim().split("\n").map((row) => row.split(":"));
  const groups = new Set(rows("etc/group").map(([, , id]) => id));
  const shadow = new Set(rows("etc/shadow").map(([name]) => name));
  for (const [name, , , gid, , home, shell] of rows("etc/passwd")) {
    assert.ok(groups.has(gid), `group ${gid} of ${name}`);
    assert.ok(shadow.has(name), `shadow of ${name}`);
    assert.match(shell ?? "", /^\/bin\/(sh|false)$/);
    const directory = home?.slice(1) ?? "";
    assert.ok(directory === "nonexistent" || directory in DIRECTORIES, home);
  }
  assert.equal(groups.size, rows("etc/group").length);
});

Deno.test("isStatic() tells an ELF file without a loader", () => {
  const elf = new Uint8Array(64 + 56);
  const view = new DataView(elf.buffer);
  view.setUint32(0, 0x7f454c46);
  view.setBigUint64(32, 64n, LITTLE_ENDIAN); // e_phoff
  view.setUint16(54, 56, LITTLE_ENDIAN); // e_phentsize
  view.setUint16(56, 1, LITTLE_ENDIAN); // e_phnum
  view.setUint32(64, 1, LITTLE_ENDIAN); // PT_LOAD
  assert.ok(isStatic(elf));
  view.setUint32(64, 3, LITTLE_ENDIAN); // PT_INTERP
  assert.ok(!isStatic(elf));
  assert.ok(!isStatic(new TextEncoder().encode("#!/bin/sh\n")));
});
