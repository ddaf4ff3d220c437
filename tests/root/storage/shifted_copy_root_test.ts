/** @module */
import assert from "node:assert/strict";
import {
  linkat,
  lutimensat,
  mknodat,
  openat,
  readlinkat,
  symlinkat,
} from "../../../ffi/calls/file.ts";
import { fstat, lstatat } from "../../../ffi/calls/stat.ts";
import { lgetxattr, lsetxattr } from "../../../ffi/calls/xattr.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_DIRECTORY,
  O_RDONLY,
  O_WRONLY,
} from "../../../ffi/constants/fcntl.ts";
import { S_IFBLK, S_IFCHR, S_IFIFO } from "../../../ffi/constants/stat.ts";
import { LITTLE_ENDIAN } from "../../../ffi/endian.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { listNames } from "../../../lib/base/directory_names.ts";
import type { OwnerMappings } from "../../../lib/storage/owner_shift.ts";
import { copyShifted } from "../../../lib/storage/shifted_copy.ts";
import { openDescriptors } from "../../support/processes.ts";
import { rootTest } from "../../support/root.ts";

const MAPPINGS: OwnerMappings = {
  uid: [{ containerID: 0, hostID: 300_000, size: 1000 }],
  gid: [{ containerID: 0, hostID: 400_000, size: 1000 }],
};
const TIME = { seconds: 1_000_000_000, nanoseconds: 123_456_789 };

/** Copies what `make` makes, and lets `check` look at the copy. */
async function withCopy(
  make: (source: string) => void,
  check: (target: string, source: string) => void,
): Promise<void> {
  const directory = await Deno.makeTempDir({ dir: "/var/tmp" });
  const before = openDescriptors();
  try {
    const [source, target] = [`${directory}/source`, `${directory}/target`];
    for (const path of [source, target]) await Deno.mkdir(path);
    make(source);
    {
      const flags = O_RDONLY | O_DIRECTORY;
      using from = openat(AT_FDCWD, source, flags);
      using to = openat(AT_FDCWD, target, flags);
      copyShifted(from.number, to.number, MAPPINGS);
    }
    check(target, source);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
  assert.equal(openDescriptors(), before);
}

function owner(path: string): string {
  const { uid, gid } = lstatat(AT_FDCWD, path);
  return `${uid}:${gid}`;
}

function mode(path: string): string {
  return (lstatat(AT_FDCWD, path).mode & 0o7777).toString(8);
}

rootTest(
  "copyShifted() moves the owners of everything",
  () =>
    withCopy((source) => {
      Deno.mkdirSync(`${source}/d`);
      Deno.writeTextFileSync(`${source}/d/f`, "text");
      symlinkat("d/f", AT_FDCWD, `${source}/l`);
      mknodat(AT_FDCWD, `${source}/p`, S_IFIFO | 0o644, { major: 0, minor: 0 });
      for (
        const [name, uid, gid] of [
          ["", 1, 2],
          ["d", 0, 0],
          ["d/f", 33, 34],
          ["l", 999, 0],
          // Nobody has this id inside.
          ["p", 1000, 5],
        ] as const
      ) syscall("fchownat", AT_FDCWD, `${source}/${name}`, uid, gid, 0x100);
    }, (target) => {
      assert.equal(owner(target), "300001:400002");
      assert.equal(owner(`${target}/d`), "300000:400000");
      assert.equal(owner(`${target}/d/f`), "300033:400034");
      assert.equal(owner(`${target}/l`), "300999:400000");
      assert.equal(owner(`${target}/p`), "65534:400005");
    }),
);

rootTest(
  "copyShifted() keeps modes, times, content and targets",
  () =>
    withCopy((source) => {
      Deno.mkdirSync(`${source}/d`);
      Deno.writeTextFileSync(`${source}/f`, "content\n");
      symlinkat("/somewhere/else", AT_FDCWD, `${source}/l`);
      Deno.chmodSync(`${source}/f`, 0o6751);
      Deno.chmodSync(`${source}/d`, 0o1700);
      Deno.chmodSync(source, 0o711);
      for (const name of ["f", "l", "d", ""]) {
        lutimensat(AT_FDCWD, `${source}/${name}`, TIME);
      }
    }, (target) => {
      assert.equal(Deno.readTextFileSync(`${target}/f`), "content\n");
      assert.equal(
        new TextDecoder().decode(readlinkat(AT_FDCWD, `${target}/l`)),
        "/somewhere/else",
      );
      assert.equal(mode(`${target}/f`), "6751");
      assert.equal(mode(`${target}/d`), "1700");
      assert.equal(mode(target), "711");
      for (const name of ["f", "l", "d", ""]) {
        assert.deepEqual(lstatat(AT_FDCWD, `${target}/${name}`).modified, TIME);
      }
    }),
);

rootTest("copyShifted() keeps links between files", () =>
  withCopy((source) => {
    Deno.mkdirSync(`${source}/d`);
    Deno.writeTextFileSync(`${source}/d/first`, "one file");
    const from = { directory: AT_FDCWD, name: `${source}/d/first` };
    for (const name of ["second", "d/third"]) {
      linkat(from, { directory: AT_FDCWD, name: `${source}/${name}` });
    }
    Deno.writeTextFileSync(`${source}/other`, "another file");
  }, (target) => {
    const [first, second, third, other] = [
      "d/first",
      "second",
      "d/third",
      "other",
    ].map((name) => lstatat(AT_FDCWD, `${target}/${name}`));
    assert.equal(first?.linkCount, 3);
    assert.equal(first?.inode, second?.inode);
    assert.equal(first?.inode, third?.inode);
    assert.notEqual(first?.inode, other?.inode);
    assert.equal(Deno.readTextFileSync(`${target}/second`), "one file");
  }));

rootTest("copyShifted() makes device nodes", () =>
  withCopy((source) => {
    const device = { major: 7, minor: 300 };
    mknodat(AT_FDCWD, `${source}/c`, S_IFCHR | 0o600, device);
    mknodat(AT_FDCWD, `${source}/b`, S_IFBLK | 0o640, device);
    Deno.chmodSync(`${source}/b`, 0o4640);
  }, (target) => {
    for (const name of ["c", "b"]) {
      const { specialMajor, specialMinor } = lstatat(
        AT_FDCWD,
        `${target}/${name}`,
      );
      assert.deepEqual([specialMajor, specialMinor], [7, 300]);
    }
    assert.equal(mode(`${target}/c`), "600");
    assert.equal(mode(`${target}/b`), "4640");
  }));

rootTest(
  "copyShifted() keeps attributes, with the ids in them moved",
  () =>
    withCopy((source) => {
      Deno.writeTextFileSync(`${source}/f`, "");
      const capability = new Uint8Array(20);
      // VFS_CAP_REVISION_2, CAP_NET_RAW permitted.
      new DataView(capability.buffer).setUint32(0, 0x0200_0001, LITTLE_ENDIAN);
      new DataView(capability.buffer).setUint32(4, 1 << 13, LITTLE_ENDIAN);
      lsetxattr(`${source}/f`, "security.capability", capability);
      lsetxattr(`${source}/f`, "user.note", new TextEncoder().encode("hello"));
      lsetxattr(source, "user.note", new TextEncoder().encode("root"));
      syscall("fchownat", AT_FDCWD, `${source}/f`, 5, 5, 0);
      lsetxattr(`${source}/f`, "security.capability", capability);
    }, (target, source) => {
      const text = (path: string, name: string): string =>
        new TextDecoder().decode(lgetxattr(path, name));
      assert.equal(text(`${target}/f`, "user.note"), "hello");
      assert.equal(text(target, "user.note"), "root");
      const name = "security.capability";
      assert.deepEqual(
        lgetxattr(`${target}/f`, name),
        lgetxattr(`${source}/f`, name),
      );
      assert.equal(owner(`${target}/f`), "300005:400005");
    }),
);

rootTest("copyShifted() keeps holes", () =>
  withCopy((source) => {
    using file = openat(AT_FDCWD, `${source}/f`, O_WRONLY | O_CREAT, 0o644);
    syscall("ftruncate", file.number, 64 * 1024 ** 2);
    syscall("lseek", file.number, 32 * 1024 ** 2, 0);
    syscall("write", file.number, "middle", 6);
  }, (target) => {
    using file = openat(AT_FDCWD, `${target}/f`, O_RDONLY);
    const { sizeBytes, blocks } = fstat(file.number);
    assert.equal(sizeBytes, 64 * 1024 ** 2);
    assert.ok(blocks * 512 < 1024 ** 2, `${blocks} blocks`);
    syscall("lseek", file.number, 32 * 1024 ** 2, 0);
    const bytes = new Uint8Array(8);
    syscall("read", file.number, bytes, 8);
    assert.equal(new TextDecoder().decode(bytes), "middle\0\0");
  }));

rootTest("copyShifted() takes names for the bytes they are", () => {
  const names = [Uint8Array.of(0xff, 0x41), new TextEncoder().encode("ümlaut")];
  return withCopy((source) => {
    using fd = openat(AT_FDCWD, source, O_RDONLY | O_DIRECTORY);
    for (const name of names) {
      syscall("mkdirat", fd.number, Uint8Array.of(...name, 0), 0o755);
      using child = openat(fd.number, name, O_RDONLY | O_DIRECTORY);
      symlinkat(name, child.number, name);
    }
  }, (target) => {
    using fd = openat(AT_FDCWD, target, O_RDONLY | O_DIRECTORY);
    assert.deepEqual(
      listNames(fd.number).map(String).sort(),
      names.map(String).sort(),
    );
    for (const name of names) {
      using child = openat(fd.number, name, O_RDONLY | O_DIRECTORY);
      assert.deepEqual(readlinkat(child.number, name), name);
    }
  });
});

rootTest(
  "copyShifted() leaves the umask as it was, and overwrites nothing",
  async () => {
    const before = syscall("umask", 0o027);
    try {
      await assert.rejects(
        withCopy((source) => {
          Deno.writeTextFileSync(`${source}/f`, "");
          Deno.writeTextFileSync(`${source}/../target/f`, "in the way");
        }, () => assert.fail("it was copied")),
        (error) => isSyscallError(error, "EEXIST"),
      );
      assert.equal(syscall("umask", 0o027), 0o027);
    } finally {
      syscall("umask", before);
    }
  },
);

rootTest(
  "copyShifted() keeps what a layer says of the layers below",
  () =>
    withCopy((source) => {
      Deno.mkdirSync(`${source}/d`);
      const none = { major: 0, minor: 0 };
      mknodat(AT_FDCWD, `${source}/removed`, S_IFCHR, none);
      // Overlayfs makes one whiteout and links it.
      Deno.linkSync(`${source}/removed`, `${source}/d/removed`);
      const y = new TextEncoder().encode("y");
      lsetxattr(`${source}/d`, "trusted.overlay.opaque", y);
    }, (target) => {
      for (const name of ["removed", "d/removed"]) {
        const status = lstatat(AT_FDCWD, `${target}/${name}`);
        assert.equal(status.mode, S_IFCHR);
        assert.deepEqual([status.specialMajor, status.specialMinor], [0, 0]);
      }
      const mark = lgetxattr(`${target}/d`, "trusted.overlay.opaque");
      assert.equal(new TextDecoder().decode(mark), "y");
    }),
);
