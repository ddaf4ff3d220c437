import assert from "node:assert/strict";
import {
  encodeDevice,
  type Extent,
  fchmod,
  ftruncate,
  futimens,
  linkat,
  lseek,
  lutimensat,
  mkdirat,
  openat,
  openatIfThere,
  read,
  renameNoReplace,
  rmdirat,
  symlinkat,
  unlinkat,
  write,
} from "../../../../ffi/calls/file.ts";
import {
  fstat,
  lstatat,
  lstatIfThere,
  statat,
} from "../../../../ffi/calls/stat.ts";
import { openat2 } from "../../../../ffi/calls/openat2.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";
import {
  fgetxattrIfThere,
  fremovexattr,
  fsetxattr,
  lgetxattr,
  llistxattr,
} from "../../../../ffi/calls/xattr.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  OPEN_FLAGS,
} from "../../../../ffi/constants/fcntl.ts";
import { RESOLVE_IN_ROOT } from "../../../../ffi/constants/openat2.ts";
import { S_IFDIR, S_IFLNK, S_IFMT } from "../../../../ffi/constants/stat.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { Memory } from "../../../../ffi/memory.ts";

/** Runs with an open empty directory. */
function inDirectory(run: (directory: Fd, path: string) => void): void {
  // Not the usual place: tmpfs has user attributes only since Linux 6.6.
  const path = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "file-" });
  try {
    using directory = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
    run(directory, path);
  } finally {
    Deno.removeSync(path, { recursive: true });
  }
}

Deno.test("the calls make, link, rename and remove names of any bytes", () => {
  inDirectory((directory, path) => {
    const name = Uint8Array.of(0xff, 0x0a, 0x80);
    const place = (name: string | Uint8Array) => ({
      directory: directory.number,
      name,
    });
    mkdirat(directory.number, "d", 0o700);
    openat(directory.number, name, O_RDWR | O_CREAT, 0o600)[Symbol.dispose]();
    linkat(place(name), place("d/hard"));
    assert.equal(lstatat(directory.number, name).linkCount, 2);
    symlinkat("d", directory.number, "s");
    assert.equal(lstatat(directory.number, "s").mode & S_IFMT, S_IFLNK);
    assert.equal(statat(directory.number, "s").mode & S_IFMT, S_IFDIR);
    assert.throws(
      () => renameNoReplace(place(name), place("s")),
      (error) => isSyscallError(error, "EEXIST"),
    );
    renameNoReplace(place(name), place("moved"));
    unlinkat(directory.number, "moved");
    unlinkat(directory.number, "d/hard");
    rmdirat(directory.number, "d");
    assert.deepEqual([...Deno.readDirSync(path)].map(({ name }) => name), [
      "s",
    ]);
  });
});

Deno.test("a path of bytes with a NUL is refused, not cut short", () => {
  assert.throws(
    () => openat(AT_FDCWD, Uint8Array.of(0x61, 0, 0x62), O_RDONLY),
    TypeError,
  );
});

Deno.test("openat() and openat2() give descriptors that programs do not inherit", () => {
  inDirectory((directory) => {
    using plain = openat(directory.number, ".", O_PATH);
    using resolved = openat2(directory.number, "/../..", {
      flags: O_PATH | O_DIRECTORY,
      resolve: RESOLVE_IN_ROOT,
    });
    assert.equal(fstat(resolved.number).inode, fstat(directory.number).inode);
    for (const fd of [plain, resolved]) {
      const info = Deno.readTextFileSync(`/proc/self/fdinfo/${fd.number}`);
      const flags = parseInt(/flags:\s*(\d+)/.exec(info)?.[1] ?? "", 8);
      assert.ok((flags & 0o2000000) !== 0);
    }
  });
});

Deno.test("OPEN_FLAGS keeps O_NOFOLLOW and O_DIRECTORY apart by architecture", () => {
  inDirectory((directory) => {
    symlinkat(".", directory.number, "s");
    assert.throws(
      () => openat(directory.number, "s", O_RDONLY | O_NOFOLLOW),
      (error) => isSyscallError(error, "ELOOP"),
    );
    openat(directory.number, "f", O_CREAT, 0o600)[Symbol.dispose]();
    assert.throws(
      () => openat(directory.number, "f", O_RDONLY | O_DIRECTORY),
      (error) => isSyscallError(error, "ENOTDIR"),
    );
  });
  for (const flags of Object.values(OPEN_FLAGS)) {
    const values = Object.values(flags).sort((a, b) => a - b);
    assert.deepEqual(values, [0x4000, 0x8000, 0x10000, 0x20000]);
  }
});

Deno.test("read(), write() and lseek() move content through native memory", () => {
  inDirectory((directory) => {
    using fd = openat(directory.number, "f", O_RDWR | O_CREAT, 0o600);
    using memory = new Memory(4096);
    memory.bytes.set(new TextEncoder().encode("abcdef"));
    ftruncate(fd.number, 1_000_000);
    lseek(fd.number, 5_000_000_000);
    assert.equal(write(fd.number, memory, { offset: 1, length: 3 }), 3);
    lseek(fd.number, 4_999_999_999);
    assert.equal(read(fd.number, memory, { offset: 10, length: 100 }), 4);
    assert.deepEqual([...memory.bytes.subarray(10, 14)], [0, 98, 99, 100]);
    const { sizeBytes, blocks } = fstat(fd.number);
    assert.equal(sizeBytes, 5_000_000_003);
    assert.ok(blocks <= 16, "the rest is a hole");
    const outside: Extent[] = [
      { offset: 4000, length: 97 },
      { offset: -1, length: 1 },
      { offset: 0, length: -1 },
    ];
    for (const extent of outside) {
      assert.throws(() => write(fd.number, memory, extent), RangeError);
      assert.throws(() => read(fd.number, memory, extent), RangeError);
    }
  });
});

Deno.test("futimens() and lutimensat() set nanoseconds, before 1970 too", () => {
  inDirectory((directory) => {
    using fd = openat(directory.number, "f", O_RDWR | O_CREAT, 0o600);
    const early = { seconds: -2, nanoseconds: 250_000_000 };
    futimens(fd.number, early);
    assert.deepEqual(fstat(fd.number).modified, early);
    symlinkat("f", directory.number, "s");
    const late = { seconds: 5_000_000_000, nanoseconds: 1 };
    lutimensat(directory.number, "s", late);
    assert.deepEqual(lstatat(directory.number, "s").modified, late);
    assert.deepEqual(fstat(fd.number).modified, early);
    fchmod(fd.number, 0o4711);
    assert.equal(fstat(fd.number).mode & 0o7777, 0o4711);
  });
});

Deno.test("fstat() agrees with Deno", () => {
  inDirectory((directory, path) => {
    Deno.writeTextFileSync(`${path}/f`, "12345");
    using fd = openat(directory.number, "f", O_PATH);
    const ours = fstat(fd.number);
    const theirs = Deno.statSync(`${path}/f`);
    assert.equal(ours.mode, theirs.mode);
    assert.deepEqual([ours.uid, ours.gid], [theirs.uid, theirs.gid]);
    assert.equal(Number(ours.inode), theirs.ino);
    assert.equal(ours.sizeBytes, 5);
    assert.equal(ours.blocks, theirs.blocks);
    const null_ = statat(AT_FDCWD, "/dev/null");
    assert.deepEqual([null_.specialMajor, null_.specialMinor], [1, 3]);
  });
});

Deno.test("lstatIfThere() tells of what is not there without an error", () => {
  inDirectory((directory, path) => {
    Deno.writeTextFileSync(`${path}/file`, "12345");
    Deno.symlinkSync("nowhere", `${path}/link`);
    const { number } = directory;
    assert.equal(lstatIfThere(number, "none"), undefined);
    assert.equal(lstatIfThere(number, "file/below"), undefined);
    assert.equal(lstatIfThere(number, "file")?.sizeBytes, 5);
    const mode = lstatIfThere(number, "link")?.mode ?? 0;
    assert.equal(mode & S_IFMT, S_IFLNK, "a link is itself");
    assert.throws(() => lstatIfThere(number, "x".repeat(300)), {
      name: "SyscallError",
      call: "statx",
      code: "ENAMETOOLONG",
    });
  });
});

Deno.test("fgetxattrIfThere() takes no longer value than expected", () => {
  inDirectory((directory) => {
    using fd = openat(directory.number, "f", O_RDWR | O_CREAT, 0o600);
    assert.equal(fgetxattrIfThere(fd.number, "user.a", 2), undefined);
    fsetxattr(fd.number, "user.a", Uint8Array.of(7));
    assert.deepEqual(
      fgetxattrIfThere(fd.number, "user.a", 2),
      Uint8Array.of(7),
    );
    fsetxattr(fd.number, "user.a", Uint8Array.of(7, 8, 9));
    assert.equal(fgetxattrIfThere(fd.number, "user.a", 2), undefined);
    assert.throws(() => fgetxattrIfThere(-1, "user.a", 2), {
      call: "fgetxattr",
      code: "EBADF",
    });
  });
});

Deno.test("encodeDevice() packs numbers as the kernel does", () => {
  assert.equal(encodeDevice({ major: 1, minor: 3 }), 0x103);
  assert.equal(encodeDevice({ major: 0xfff, minor: 0xfffff }), 0xffff_ffff);
  assert.equal(encodeDevice({ major: 259, minor: 70_000 }), 0x11110370);
});

Deno.test("extended attributes are set, listed, read and removed as bytes", () => {
  inDirectory((directory, path) => {
    const value = Uint8Array.of(0, 255, 10);
    using fd = openat(directory.number, "f", O_RDWR | O_CREAT, 0o600);
    fsetxattr(fd.number, "user.a", value);
    fsetxattr(fd.number, "user.empty", new Uint8Array());
    assert.deepEqual(lgetxattr(`${path}/f`, "user.a"), value);
    assert.equal(lgetxattr(`${path}/f`, "user.empty").length, 0);
    const names = llistxattr(`${path}/f`).map((n) =>
      new TextDecoder().decode(n)
    );
    assert.deepEqual(names.sort(), ["user.a", "user.empty"]);
    fremovexattr(fd.number, "user.a");
    assert.equal(llistxattr(`${path}/f`).length, 1);
  });
});

Deno.test("openatIfThere() opens what is there, and throws what is no answer", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  using opened = openatIfThere(AT_FDCWD, path, O_DIRECTORY);
  assert.ok(opened?.isOpen);
  assert.equal(openatIfThere(AT_FDCWD, `${path}/none`, 0), undefined);
  Deno.writeTextFileSync(`${path}/file`, "");
  assert.throws(() => openatIfThere(AT_FDCWD, `${path}/file/below`, 0), {
    code: "ENOTDIR",
  });
});
