/** @module */
import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import { lstatat } from "../../../ffi/calls/stat.ts";
import { unshare } from "../../../ffi/calls/namespace.ts";
import { AT_FDCWD, O_DIRECTORY, O_PATH } from "../../../ffi/constants/fcntl.ts";
import { MOUNT } from "../../../ffi/constants/mount.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { PrivateMounts } from "../../../lib/runtime/rootfs/private_mounts.ts";
import { TarReader } from "../../../lib/storage/tar/reader.ts";
import { writeTree } from "../../../lib/storage/tree_writer.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";
import {
  archive,
  directory,
  file,
  hardlink,
  header,
  pax,
  sourceOf,
  symlink,
} from "../../support/tar_builder.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** Puts an archive into a directory; returns how many bytes. */
function put(target: string, ...parts: Uint8Array[]): number {
  const before = openDescriptors();
  let count: number;
  {
    using root = openat(AT_FDCWD, target, O_PATH | O_DIRECTORY);
    using reader = new TarReader(sourceOf(archive(...parts)), "x.tar");
    count = writeTree(reader, {
      root: root.number,
      label: "aa:/t",
      maker: { uid: 0, gid: 0 },
    });
  }
  assert.equal(openDescriptors(), before);
  return count;
}

/** Mode and owner of a path itself. */
function attributes(path: string): string {
  const { mode, uid, gid } = lstatat(AT_FDCWD, path);
  return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
}

rootTest("writeTree() makes files with their attributes", () => {
  using target = new TemporaryDirectory();
  const { path } = target;
  const bytes = put(
    path,
    directory("d/", { mode: 0o1750, uid: 3, gid: 4, mtime: 1000 }),
    file("d/f", "text", { mode: 0o4755, uid: 33, gid: 44, mtime: 2000 }),
    hardlink("d/g", "d/f"),
    symlink("d/l", "/etc/passwd", { uid: 5 }),
    file("missing/f", "more"),
  );
  assert.equal(bytes, 8);
  assert.equal(attributes(`${path}/d`), "1750 3:4");
  assert.equal(attributes(`${path}/d/f`), "4755 33:44");
  assert.equal(attributes(`${path}/d/l`), "777 5:0");
  assert.equal(attributes(`${path}/missing`), "755 0:0");
  assert.equal(Deno.statSync(`${path}/d`).mtime?.getTime(), 1_000_000);
  assert.equal(Deno.statSync(`${path}/d/g`).nlink, 2);
  assert.equal(Deno.readTextFileSync(`${path}/missing/f`), "more");
});

rootTest("writeTree() leaves directories that exist as they are", () => {
  using target = new TemporaryDirectory();
  const { path } = target;
  Deno.mkdirSync(`${path}/d`);
  Deno.chmodSync(`${path}/d`, 0o1777);
  put(
    path,
    directory("./", { mode: 0o700, uid: 7 }),
    directory("d/", { mode: 0o700, uid: 7 }),
    file("d/f"),
  );
  assert.equal(attributes(`${path}/d`), "1777 0:0");
  assert.equal(attributes(path).split(" ")[1], "0:0");
});

rootTest("writeTree() replaces files, and writes through none", () => {
  using target = new TemporaryDirectory();
  const { path } = target;
  Deno.writeTextFileSync(`${path}/outside`, "kept");
  Deno.mkdirSync(`${path}/in`);
  Deno.symlinkSync("../outside", `${path}/in/link`);
  Deno.linkSync(`${path}/outside`, `${path}/in/twin`);
  put(`${path}/in`, file("link", "new"), file("twin", "new"));
  assert.equal(Deno.readTextFileSync(`${path}/outside`), "kept");
  assert.equal(Deno.readTextFileSync(`${path}/in/link`), "new");
  assert.ok(!Deno.lstatSync(`${path}/in/link`).isSymlink);
  assert.equal(Deno.readTextFileSync(`${path}/in/twin`), "new");
});

rootTest("writeTree() replaces no directory by a file, nor the reverse", () => {
  using target = new TemporaryDirectory();
  const { path } = target;
  Deno.mkdirSync(`${path}/d`);
  Deno.writeTextFileSync(`${path}/f`, "");
  Deno.symlinkSync("d", `${path}/l`);
  assert.throws(
    () => put(path, file("d")),
    /^ConflictError: cannot overwrite directory "d" with non-directory "d" in "aa:\/t"$/,
  );
  for (const name of ["f", "l"]) {
    assert.throws(
      () => put(path, directory(`${name}/`)),
      /^ConflictError: cannot overwrite non-directory "[fl]\/" with directory/,
    );
  }
});

rootTest("writeTree() replaces no device, pipe or socket", () => {
  using target = new TemporaryDirectory();
  const { path } = target;
  const S_IFIFO = 0o010000;
  syscall("mknodat", AT_FDCWD, `${path}/p`, S_IFIFO | 0o600, 0);
  assert.throws(
    () => put(path, file("p")),
    /^IntegrityError: Cannot copy "p" to "aa:\/t": a device, a pipe or a socket is there$/,
  );
  assert.ok(Deno.statSync(`${path}/p`).isFifo);
});

const HOSTILE: readonly (readonly [string, Uint8Array[], RegExp])[] = [
  ["a name that leaves", [file("a/../../x")], /contains "\.\."/],
  [
    "a hard link to what is outside",
    [hardlink("x", "../outside")],
    /contains "\.\."/,
  ],
  ["a root that is a link", [symlink("./", "/etc")], /can only be a directory/],
  [
    "a whiteout",
    [header({ name: "w", typeflag: "3" })],
    /marked for an overlay file system/,
  ],
  [
    "an attribute of overlayfs",
    [pax([["SCHILY.xattr.trusted.overlay.opaque", "y"]]), directory("d/")],
    /marked for an overlay file system/,
  ],
  [
    "a link through a link that leads out",
    [symlink("l", "/"), hardlink("x", "l/../outside")],
    /contains "\.\."/,
  ],
  [
    "a file in what is no directory",
    [symlink("l", "/etc"), file("l/passwd")],
    /^IntegrityError: Cannot copy "l\/passwd" to "aa:\/t": "l" does not lead to a directory$/,
  ],
];

for (const [what, parts, message] of HOSTILE) {
  rootTest(`writeTree() refuses ${what}`, () => {
    using target = new TemporaryDirectory();
    const inside = `${target.path}/in`;
    Deno.mkdirSync(inside);
    Deno.writeTextFileSync(`${target.path}/outside`, "secret");
    assert.throws(() => put(inside, ...parts), message);
    assert.equal(Deno.statSync(`${target.path}/outside`).nlink, 1);
  });
}

rootTest(
  "writeTree() follows links of directories within the tree only",
  () => {
    using target = new TemporaryDirectory();
    const inside = `${target.path}/in`;
    Deno.mkdirSync(`${inside}/etc`, { recursive: true });
    put(inside, symlink("l", "/etc"), file("l/f", "text"));
    assert.equal(Deno.readTextFileSync(`${inside}/etc/f`), "text");
    put(inside, symlink("up", "../../.."), file("up/g", "text"));
    assert.equal(Deno.readTextFileSync(`${inside}/g`), "text");
  },
);

rootTest(
  "writeTree() writes into what is mounted, and leaves it mounted",
  () => {
    using target = new TemporaryDirectory();
    const { path } = target;
    Deno.writeTextFileSync(`${path}/source`, "old and longer");
    Deno.writeTextFileSync(`${path}/name`, "covered");
    using _mounts = new PrivateMounts();
    unshare(CLONE.CLONE_FS | CLONE.CLONE_NEWNS);
    syscall("mount", null, "/", null, MOUNT.MS_REC | MOUNT.MS_PRIVATE, null);
    const [source, name] = [`${path}/source`, `${path}/name`];
    syscall("mount", source, name, null, MOUNT.MS_BIND, null);
    put(path, file("name", "new"));
    assert.equal(Deno.readTextFileSync(name), "new");
    assert.equal(Deno.readTextFileSync(source), "new");
    assert.throws(
      () => put(path, symlink("name", "x")),
      /^IntegrityError: Cannot copy "name" to "aa:\/t": something is mounted there$/,
    );
  },
);
