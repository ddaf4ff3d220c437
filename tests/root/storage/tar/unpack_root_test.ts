import assert from "node:assert/strict";
import { lsetxattr } from "../../../../ffi/calls/xattr.ts";
import { mkdirat, openat } from "../../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_WRONLY,
} from "../../../../ffi/constants/fcntl.ts";
import { rootTest } from "../../../support/root.ts";
import {
  archive,
  directory,
  file,
  hardlink,
  header,
  pax,
  sourceOf,
  symlink,
} from "../../../support/tar_builder.ts";
import {
  describeTree,
  run,
  unpackFile,
  unpackTo,
  xattrsOf,
} from "../../../support/unpacking.ts";

/** `CAP_NET_RAW` effective and permitted, as `setcap` writes it. */
const CAPABILITY = Uint8Array.of(
  ...[1, 0, 0, 2, 0, 0x20, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
);

/** Overlay upper directories and all attributes need a real file system. */
function scratch(): string {
  return Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "unpack-" });
}

/** A tree with everything that a root file system can hold. */
function makeTree(tree: string): void {
  run("sh", ["-ec", SCRIPT, "sh", tree]);
  lsetxattr(`${tree}/bin/ping`, "security.capability", CAPABILITY);
  lsetxattr(`${tree}/bin/ping`, "user.note", new TextEncoder().encode("a=b"));
  lsetxattr(`${tree}/etc`, "user.directory", Uint8Array.of(0, 255, 10));
  lsetxattr(`${tree}/null`, "trusted.device", Uint8Array.of(1));
  lsetxattr(`${tree}/bin/link`, "trusted.link", Uint8Array.of(2));
  const name = Uint8Array.of(0x6e, 0xff, 0x80, 0x0a, 0x6e);
  const prefix = new TextEncoder().encode(`${tree}/`);
  const path = new Uint8Array([...prefix, ...name]);
  openat(AT_FDCWD, path, O_WRONLY | O_CREAT, 0o600)[Symbol.dispose]();
  mkdirat(AT_FDCWD, new Uint8Array([...path, 0xfe]), 0o711);
}

const SCRIPT = `
cd "$1"
mkdir -p bin etc sub/deep/er tmp empty
printf 'program' > bin/ping; chown 12:34 bin/ping; chmod 4755 bin/ping
printf 'group' > bin/group; chown 0:50 bin/group; chmod 2711 bin/group
printf 'both' > bin/both; chown 65534:65534 bin/both; chmod 6000 bin/both
: > etc/empty; chmod 0000 etc/empty
seq 1 200000 > etc/numbers
ln -s ../etc/numbers bin/link; chown -h 7:8 bin/link
ln -s /absolute/nowhere dangling
ln etc/numbers sub/deep/hard
ln bin/link sub/hard-to-link
mknod null c 1 3; chmod 666 null; chown 1:2 null
mknod disk b 259 70000; mkfifo pipe; chmod 4640 pipe
truncate -s 10M sparse; printf middle | dd of=sparse bs=1 seek=5000000 conv=notrunc status=none
truncate -s 3M hole
chmod 1777 tmp; chown 3:4 sub; chmod 2775 sub; chmod 0500 sub/deep
long=$(printf '%0250d' 0)
d=.; for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do d=$d/$long; done
mkdir -p $d; printf deep > $d/file; ln -s $d $d/link
touch -h -d '1999-12-31 23:59:59.987654321' bin/link etc/numbers null pipe
touch -d '1960-01-01 00:00:00.25' etc/empty
touch -d '2040-05-06 07:08:09.5' sub/deep empty
`;

for (
  const format of [
    "pax",
    "gnu",
    "posix --sparse-version=0.0",
    "posix --sparse-version=0.1",
  ]
) {
  rootTest(`unpack() does what GNU tar does with its ${format} format`, () => {
    const place = scratch();
    try {
      Deno.mkdirSync(`${place}/tree`);
      makeTree(`${place}/tree`);
      const isPax = format !== "gnu";
      const [name, ...more] = format.split(" ");
      const xattrs = isPax ? ["--xattrs", "--xattrs-include=*"] : [];
      const archivePath = `${place}/x.tar`;
      run("tar", [
        `--format=${name}`,
        ...more,
        ...xattrs,
        "--sparse",
        "-C",
        `${place}/tree`,
        "-cf",
        archivePath,
        ".",
      ]);
      Deno.mkdirSync(`${place}/theirs`);
      run("tar", [
        ...xattrs,
        "--same-owner",
        "-C",
        `${place}/theirs`,
        "-xpf",
        archivePath,
      ]);
      unpackFile(archivePath, `${place}/ours`);
      assert.deepEqual(
        describeTree(`${place}/ours`),
        describeTree(`${place}/theirs`),
      );
      for (const path of ["bin/ping", "etc", "null", "bin/link", "tmp"]) {
        const expected = xattrsOf(`${place}/theirs/${path}`);
        assert.deepEqual(xattrsOf(`${place}/ours/${path}`), expected, path);
      }
      if (isPax) {
        assert.deepEqual(xattrsOf(`${place}/ours/bin/ping`), [
          `security.capability=${CAPABILITY.toHex()}`,
          "user.note=613d62",
        ]);
      }
      const { blocks } = Deno.statSync(`${place}/ours/hole`);
      assert.equal(blocks, 0, "a hole takes no space");
    } finally {
      Deno.removeSync(place, { recursive: true });
    }
  });
}

rootTest("unpack() does what GNU tar does with ustar and v7", () => {
  for (const format of ["ustar", "v7"]) {
    const place = scratch();
    try {
      const tree = `${place}/tree`;
      run("sh", [
        "-ec",
        `mkdir -p $1/a/b; cd $1; echo x > a/f; ln -s f a/s; ln a/f a/b/h
         chmod 4711 a/f; chown 9:9 a/f; touch -d @1000000000 a/f a/b a
         if [ $2 = ustar ]; then mknod n c 5 1; mkfifo p; fi`,
        "sh",
        tree,
        format,
      ]);
      const archivePath = `${place}/x.tar`;
      run("tar", [`--format=${format}`, "-C", tree, "-cf", archivePath, "."]);
      Deno.mkdirSync(`${place}/theirs`);
      run("tar", ["-C", `${place}/theirs`, "-xpf", archivePath]);
      unpackFile(archivePath, `${place}/ours`);
      assert.deepEqual(
        describeTree(`${place}/ours`),
        describeTree(`${place}/theirs`),
      );
    } finally {
      Deno.removeSync(place, { recursive: true });
    }
  }
});

/** Unpacks parts and shows the tree to a check. */
function unpacked(parts: Uint8Array[], check: (root: string) => void): void {
  const place = scratch();
  try {
    unpackTo(sourceOf(archive(...parts)), `${place}/root`);
    check(`${place}/root`);
  } finally {
    Deno.removeSync(place, { recursive: true });
  }
}

rootTest("unpack() lets the later of two entries win", () => {
  unpacked([
    file("f", "first", { mode: 0o600 }),
    file("f", "second", { mode: 0o640 }),
    file("becomes-link", "x"),
    symlink("becomes-link", "f"),
    symlink("becomes-file", "f"),
    file("becomes-file", "third"),
    directory("becomes-gone"),
    file("becomes-gone/inside", "x"),
    file("becomes-gone", "now a file"),
    file("becomes-directory", "x"),
    directory("becomes-directory"),
    file("becomes-directory/inside", "x"),
    hardlink("h", "f"),
    hardlink("h", "f"),
    hardlink("f", "f"),
  ], (root) => {
    assert.equal(Deno.readTextFileSync(`${root}/f`), "second");
    assert.equal((Deno.statSync(`${root}/f`).mode ?? 0) & 0o777, 0o640);
    assert.equal(Deno.statSync(`${root}/f`).nlink, 2);
    assert.equal(Deno.readLinkSync(`${root}/becomes-link`), "f");
    assert.ok(Deno.lstatSync(`${root}/becomes-file`).isFile);
    assert.equal(Deno.readTextFileSync(`${root}/becomes-gone`), "now a file");
    assert.ok(Deno.statSync(`${root}/becomes-directory/inside`).isFile);
  });
});

rootTest("unpack() merges directories, and the later attributes win", () => {
  unpacked([
    directory("d", { mode: 0o700, mtime: 1 }),
    file("d/a", "x"),
    directory("d", { mode: 0o1755, uid: 5, gid: 6, mtime: 2 }),
    file("d/b", "x"),
  ], (root) => {
    const { mode, uid, gid, mtime } = Deno.statSync(`${root}/d`);
    assert.deepEqual([mode, uid, gid], [0o041755, 5, 6]);
    assert.equal(mtime?.getTime(), 2000);
    assert.deepEqual(
      [...Deno.readDirSync(`${root}/d`)].map(({ name }) => name).sort(),
      ["a", "b"],
    );
  });
});

rootTest(
  "unpack() makes missing parents and applies the root's attributes",
  () => {
    unpacked([file("a/b/c", "x")], (root) => {
      for (const path of [root, `${root}/a`, `${root}/a/b`]) {
        const { mode, uid, gid } = Deno.statSync(path);
        assert.deepEqual([mode, uid, gid], [0o040755, 0, 0], path);
      }
    });
    for (const name of ["./", ".", "/"]) {
      const attributes = { mode: 0o1711, uid: 3, gid: 4, mtime: 77 };
      unpacked([directory(name, attributes), file("./f", "x")], (root) => {
        const { mode, uid, gid, mtime } = Deno.statSync(root);
        assert.deepEqual([mode, uid, gid], [0o041711, 3, 4]);
        assert.equal(mtime?.getTime(), 77_000);
      });
    }
  },
);

rootTest(
  "unpack() is not led by the place it unpacks in, nor by the umask",
  () => {
    const place = scratch();
    const umask = Deno.umask(0o077);
    try {
      run("sh", ["-ec", "chown 0:77 $1; chmod 2755 $1", "sh", place]);
      const bytes = archive(
        directory("d", { mode: 0o777 }),
        file("f", "x", { mode: 0o666 }),
      );
      unpackTo(sourceOf(bytes), `${place}/root`);
      for (
        const [path, mode] of [["", 0o755], ["/d", 0o777], [
          "/f",
          0o666,
        ]] as const
      ) {
        const status = Deno.statSync(`${place}/root${path}`);
        assert.deepEqual(
          [(status.mode ?? 0) & 0o7777, status.gid],
          [mode, 0],
          path,
        );
      }
      assert.equal(Deno.umask(), 0o077);
    } finally {
      Deno.umask(umask);
      Deno.removeSync(place, { recursive: true });
    }
  },
);

rootTest(
  "unpack() follows links within the root as the container would",
  () => {
    unpacked([
      directory("usr/lib"),
      symlink("lib", "usr/lib"),
      symlink("abs", "/usr"),
      file("lib/a", "through a relative link"),
      file("abs/lib/b", "through an absolute one"),
    ], (root) => {
      assert.deepEqual(
        [...Deno.readDirSync(`${root}/usr/lib`)].map(({ name }) => name).sort(),
        ["a", "b"],
      );
    });
  },
);

rootTest("unpack() does not make a directory again that was replaced", () => {
  unpacked([
    directory("a"),
    directory("a/b"),
    directory("a/b/c"),
    file("a", "x"),
    file("z", "x"),
  ], (root) => {
    assert.ok(Deno.lstatSync(`${root}/a`).isFile);
  });
});

rootTest("unpack() keeps attributes on nodes with special bits", () => {
  unpacked([
    pax([["SCHILY.xattr.trusted.t", "v"]]),
    header({ name: "p", typeflag: "6", mode: 0o6700, uid: 1, gid: 1 }),
  ], (root) => {
    assert.equal((Deno.lstatSync(`${root}/p`).mode ?? 0) & 0o7777, 0o6700);
    assert.deepEqual(xattrsOf(`${root}/p`), ["trusted.t=76"]);
  });
});
