import assert from "node:assert/strict";
import { IntegrityError } from "../../../../lib/base/errors.ts";
import type { TarEntry } from "../../../../lib/storage/tar/entry.ts";
import { TarReader } from "../../../../lib/storage/tar/reader.ts";
import type { ByteSource } from "../../../../lib/storage/tar/window.ts";
import {
  archive,
  base256,
  type Bytes,
  concat,
  directory,
  file,
  GNU,
  hardlink,
  header,
  longName,
  pad,
  pax,
  sourceOf,
  symlink,
  V7,
} from "../../../support/tar_builder.ts";

interface Read {
  readonly entry: TarEntry;
  readonly content: string;
}

/** Reads all entries with what content each has. */
function readAll(bytes: Uint8Array, most?: number): Read[] {
  using reader = new TarReader(sourceOf(bytes, most), "x.tar");
  const found: Read[] = [];
  for (let entry = reader.next(); entry; entry = reader.next()) {
    let content = "";
    for (let p = reader.readContent(); p; p = reader.readContent()) {
      const end = p.offset + p.length;
      content += new TextDecoder("latin1").decode(
        reader.memory.bytes.slice(p.offset, end),
      );
    }
    found.push({ entry, content });
  }
  return found;
}

function readOne(bytes: Uint8Array): Read {
  const [first, ...rest] = readAll(bytes);
  assert.equal(rest.length, 0);
  assert.ok(first);
  return first;
}

function assertRefused(bytes: Uint8Array, reason: string): void {
  assert.throws(() => readAll(bytes), (error) => {
    assert.ok(error instanceof IntegrityError, String(error));
    assert.equal(error.message, `Cannot read "x.tar": ${reason}`);
    return true;
  });
}

Deno.test("TarReader reads the fields of a ustar header", () => {
  const { entry, content } = readOne(archive(file("bin/sh", "#!", {
    mode: 0o104755,
    uid: 1000,
    gid: 50,
    mtime: 1_600_000_000,
    prefix: "usr",
  })));
  assert.equal(entry.type, "file");
  assert.equal(entry.name, "usr/bin/sh");
  assert.equal(entry.mode, 0o4755);
  assert.equal(entry.uid, 1000);
  assert.equal(entry.gid, 50);
  assert.deepEqual(entry.modified, { seconds: 1_600_000_000, nanoseconds: 0 });
  assert.equal(entry.sizeBytes, 2);
  assert.equal(entry.extents, undefined);
  assert.equal(entry.xattrs.size, 0);
  assert.equal(content, "#!");
});

Deno.test("TarReader knows every type, and gives content to files only", () => {
  const typed = (typeflag: string): Uint8Array =>
    header({ name: "n", typeflag, linkname: "l", devmajor: 8, devminor: 1 });
  const types = ["0", "\0", "7", "1", "2", "3", "4", "5", "6", "Z"].map((
    flag,
  ) => readOne(archive(typed(flag))).entry.type);
  assert.deepEqual(types, [
    "file",
    "file",
    "file",
    "hard-link",
    "symbolic-link",
    "character-device",
    "block-device",
    "directory",
    "fifo",
    "file",
  ]);
  const node = readOne(archive(typed("3"))).entry;
  assert.deepEqual(node.device, { major: 8, minor: 1 });
  // Their size fields mean something else, or nothing: no content follows.
  const sized = readAll(archive(
    directory("d", { size: 4096 }),
    hardlink("h", "d", { size: 10 }),
    symlink("s", "d", { size: 3 }),
    file("f", "x"),
  ));
  assert.deepEqual(sized.map(({ entry }) => entry.name), ["d", "h", "s", "f"]);
});

Deno.test("TarReader takes v7 names that end in a slash for directories", () => {
  const [dir, plain] = readAll(archive(
    file("d/", "", { magic: V7, typeflag: "\0" }),
    file("f", "1", { magic: V7, typeflag: "\0", prefix: "ignored" }),
  ));
  assert.equal(dir?.entry.type, "directory");
  assert.equal(plain?.entry.name, "f");
});

Deno.test("TarReader reads content and headers across any border", () => {
  const big = "0123456789abcdef".repeat(100_000);
  const bytes = archive(file("big", big), file("after", "x"));
  for (const most of [511, 513, 65_536, undefined]) {
    const [first, second] = readAll(bytes, most);
    assert.equal(first?.content, big);
    assert.equal(second?.content, "x");
  }
});

Deno.test("TarReader skips content that nobody reads", () => {
  const bytes = archive(file("big", "x".repeat(2_000_000)), file("after"));
  using reader = new TarReader(sourceOf(bytes), "x.tar");
  assert.equal(reader.next()?.name, "big");
  assert.equal(reader.next()?.name, "after");
  assert.equal(reader.next(), undefined);
});

Deno.test("TarReader lets pax records override the header", () => {
  const { entry } = readOne(archive(
    pax([
      ["path", "long/näme"],
      ["uid", "4000000000"],
      ["gid", "70000"],
      ["mtime", "1700000000.123456789"],
      ["uname", "ignored"],
      ["size", "3"],
    ]),
    file("short", "abc", { size: 0 }),
  ));
  assert.equal(entry.name, "long/n\u00c3\u00a4me");
  assert.equal(entry.uid, 4_000_000_000);
  assert.equal(entry.gid, 70_000);
  assert.equal(entry.sizeBytes, 3);
  assert.deepEqual(entry.modified, {
    seconds: 1_700_000_000,
    nanoseconds: 123_456_789,
  });
});

Deno.test("TarReader applies global pax records until an entry's own", () => {
  const [first, second, third] = readAll(archive(
    pax([["uid", "7"], ["comment", "c"]], "g"),
    file("a"),
    pax([["uid", "8"]]),
    file("b"),
    pax([["uid", ""]]),
    file("c", "", { uid: 9 }),
  ));
  assert.equal(first?.entry.uid, 7);
  assert.equal(second?.entry.uid, 8);
  assert.equal(third?.entry.uid, 9, "an empty value removes the override");
});

Deno.test("TarReader reads pax link names and extended attributes", () => {
  const capability = Uint8Array.of(1, 0, 0, 2, 0x0a, 0x3d, 0);
  const { entry } = readOne(archive(
    pax([
      ["linkpath", "t".repeat(300)],
      ["SCHILY.xattr.security.capability", capability],
      ["SCHILY.xattr.user.a%3Db", "v"],
      ["LIBARCHIVE.xattr.user.b%20c", "aGk="],
      ["LIBARCHIVE.xattr.security.capability", "AAAA"],
      ["SCHILY.xattr.user.empty", ""],
    ]),
    symlink("s", "short"),
  ));
  assert.equal(entry.linkName, "t".repeat(300));
  assert.deepEqual(
    [...entry.xattrs].map(([name, value]) => [name, [...value]]),
    [
      ["security.capability", [...capability]],
      ["user.a=b", [0x76]],
      ["user.empty", []],
      ["user.b c", [0x68, 0x69]],
    ],
  );
});

Deno.test("TarReader reads GNU names of any length, for entry and link", () => {
  const name = "n/".repeat(2000) + "x";
  const { entry } = readOne(archive(
    longName("K", `../${name}`),
    longName("L", name),
    symlink(name.slice(0, 100), "cut", { magic: GNU }),
  ));
  assert.equal(entry.name, name);
  assert.equal(entry.linkName, `../${name}`);
});

Deno.test("TarReader keeps names byte for byte", () => {
  const name = Uint8Array.of(0xff, 0x80, 0x41, 0xc3);
  assert.equal(readOne(archive(file(name))).entry.name, "\u00ff\u0080A\u00c3");
});

Deno.test("TarReader reads base-256 numbers, negative times included", () => {
  const { entry } = readOne(archive(file("f", "ab", {
    magic: GNU,
    uid: base256(3_000_000, 8),
    size: base256(2, 12),
    mtime: base256(-86_400, 12),
  })));
  assert.equal(entry.uid, 3_000_000);
  assert.equal(entry.sizeBytes, 2);
  assert.equal(entry.modified.seconds, -86_400);
});

Deno.test("TarReader reads old GNU sparse files with extension headers", () => {
  const number = (value: number): string =>
    value.toString(8).padStart(11, "0") + "\0";
  const extents = Array.from(
    { length: 30 },
    (_, i) => [i * 4096, 512] as const,
  );
  const slots = (from: number, to: number): string =>
    extents.slice(from, to).map(([o, n]) => number(o) + number(n)).join("");
  const extension = new Uint8Array(512);
  extension.set(new TextEncoder().encode(slots(4, 25)));
  extension[504] = 1;
  const last = new Uint8Array(512);
  last.set(new TextEncoder().encode(slots(25, 30)));
  const content = extents.map((_, i) => String.fromCharCode(65 + i).repeat(512))
    .join("");
  const { entry, content: read } = readOne(archive(
    header({
      name: "sparse",
      typeflag: "S",
      magic: GNU,
      size: content.length,
      raw: [[386, slots(0, 4)], [482, "\x01"], [483, number(1_000_000)]],
    }),
    extension,
    last,
    pad(content),
  ));
  assert.equal(entry.type, "file");
  assert.equal(entry.sizeBytes, 1_000_000);
  assert.deepEqual(
    entry.extents,
    extents.map(([offset, length]) => ({ offset, length })),
  );
  assert.equal(read, content);
});

/** The three pax formats for a file of 10,000 bytes with two extents. */
const PAX_SPARSE: Readonly<Record<string, [[string, Bytes][], string]>> = {
  "0.0": [[
    ["GNU.sparse.size", "10000"],
    ["GNU.sparse.numblocks", "2"],
    ["GNU.sparse.offset", "0"],
    ["GNU.sparse.numbytes", "3"],
    ["GNU.sparse.offset", "8192"],
    ["GNU.sparse.numbytes", "2"],
  ], ""],
  "0.1": [[
    ["GNU.sparse.name", "real"],
    ["GNU.sparse.size", "10000"],
    ["GNU.sparse.map", "0,3,8192,2"],
  ], ""],
  "1.0": [[
    ["GNU.sparse.major", "1"],
    ["GNU.sparse.minor", "0"],
    ["GNU.sparse.name", "real"],
    ["GNU.sparse.realsize", "10000"],
  ], "2\n0\n3\n8192\n2\n"],
};

for (const [format, [records, map]] of Object.entries(PAX_SPARSE)) {
  Deno.test(`TarReader reads pax sparse files of format ${format}`, () => {
    const stored = concat(pad(map), new TextEncoder().encode("abcde"));
    const [{ entry, content }, after] = readAll(archive(
      pax(records),
      file("GNUSparseFile.0/real", stored),
      file("after"),
    )) as [Read, Read];
    assert.equal(
      entry.name,
      format === "0.0" ? "GNUSparseFile.0/real" : "real",
    );
    assert.equal(entry.sizeBytes, 10_000);
    assert.deepEqual(entry.extents, [
      { offset: 0, length: 3 },
      { offset: 8192, length: 2 },
    ]);
    assert.equal(content, "abcde");
    assert.equal(after.entry.name, "after");
  });
}

Deno.test("TarReader refuses sparse maps that do not add up", () => {
  const maps = ["0,9", "3,3,0,2", "0,3,9999,2", "0,3,8192", "x,1", "-1,5"];
  for (const map of maps) {
    assert.throws(
      () =>
        readAll(archive(
          pax([["GNU.sparse.size", "10000"], ["GNU.sparse.map", map]]),
          file("f", "abcde"),
        )),
      /has a malformed sparse map$/,
      map,
    );
  }
  const leading = (text: Bytes): Uint8Array =>
    archive(
      pax([["GNU.sparse.major", "1"], ["GNU.sparse.realsize", "9"]]),
      file("f", pad(text)),
    );
  for (const text of ["99999999\n", "2\n0\n", "9".repeat(2000), "-1\n"]) {
    assert.throws(() => readAll(leading(text)), /sparse map$/);
  }
});

Deno.test("TarReader ends as tar does", () => {
  const whole = file("f", "x");
  assert.equal(readAll(whole).length, 1, "without zero blocks");
  assert.equal(
    readAll(concat(whole, new Uint8Array(512))).length,
    1,
    "with one",
  );
  const garbage = new TextEncoder().encode("garbage".repeat(500));
  assert.equal(readAll(concat(archive(whole), garbage)).length, 1);
  assert.equal(readAll(new Uint8Array(10_240)).length, 0, "zeros only");
});

Deno.test("TarReader says where an archive is cut short", () => {
  const bytes = archive(file("a", "x"), file("bin/busybox", "x".repeat(5000)));
  const inside = 'the archive ends in the middle of "bin/busybox"';
  assertRefused(bytes.subarray(0, 1024 + 512 + 4999), inside);
  assertRefused(bytes.subarray(0, 1024 + 512), inside);
  assertRefused(bytes.subarray(0, 1024 + 512 + 5000), inside);
  assertRefused(
    bytes.subarray(0, 1024 + 100),
    "the archive ends in the middle of a header",
  );
  assertRefused(
    pax([["path", "p"]]),
    "the archive ends after an extended header",
  );
  assertRefused(
    archive(longName("L", "n")),
    "the archive ends after an extended header",
  );
});

Deno.test("TarReader names the byte where a header is wrong", () => {
  const good = file("a", "x");
  const sum = concat(good, header({ name: "b", chksum: "000001\0 " }));
  assertRefused(sum, "the header at byte 1024 has a wrong checksum");
  const absurd: [Uint8Array, string][] = [
    [header({ mode: "9z" }), "has a malformed mode"],
    [header({ size: base256(-1, 12) }), "has a negative size"],
    [
      header({ size: new Uint8Array(12).fill(0x80, 0, 1).fill(0xff, 1) }),
      "has a malformed size",
    ],
    [header({ uid: base256(-1, 8) }), "has an absurd uid, -1"],
    [header({ gid: base256(0xffff_ffff, 8) }), "has an absurd gid, 4294967295"],
    [header({ typeflag: "3", devmajor: 4096 }), "has an absurd devmajor, 4096"],
    [header({ typeflag: "M" }), "goes on with a file of another volume"],
  ];
  for (const [block, reason] of absurd) {
    assertRefused(
      concat(good, block),
      `the header at byte 1024 ${reason}`,
    );
  }
});

Deno.test("TarReader refuses pax records that make no sense", () => {
  const refused = (records: [string, Bytes][], reason: RegExp): void => {
    const bytes = archive(pax(records), file("f"));
    assert.throws(() => readAll(bytes), (error) => {
      assert.ok(error instanceof IntegrityError, String(error));
      assert.match(error.message, reason);
      return true;
    });
  };
  refused([["size", "9223372036854775808"]], /has an absurd pax size$/);
  refused([["size", "-1"]], /has an absurd pax size$/);
  refused([["uid", "4294967295"]], /has an absurd uid/);
  refused([["mtime", "1e9"]], /has an absurd pax mtime$/);
  refused([["mtime", "99999999999999999"]], /has an absurd pax mtime$/);
  refused([["path", Uint8Array.of(0x61, 0, 0x62)]], /has a NUL in its name$/);
  refused(
    [["linkpath", Uint8Array.of(0, 0x62)]],
    /has a NUL in its link name$/,
  );
  refused([["LIBARCHIVE.xattr.user.a", "!!"]], /malformed extended attribute$/);
  refused([["SCHILY.xattr.", "v"]], /malformed extended attribute$/);
  refused(
    [[`SCHILY.xattr.user.${"x".repeat(251)}`, "v"]],
    /malformed extended attribute$/,
  );
  refused(
    [["SCHILY.xattr.user.big", "x".repeat(65_537)]],
    /extended attribute of absurd size$/,
  );
  for (
    const data of [
      "5 a=b\n",
      "99 a=b\n",
      "x a=b\n",
      "6 ab=\n\n",
      "4 ab\n",
      "0 =\n",
    ]
  ) {
    const bytes = archive(file("p", data, { typeflag: "x" }), file("f"));
    assert.throws(
      () => readAll(bytes),
      /the header at byte 0 has a malformed pax record$/,
      data,
    );
  }
});

Deno.test("TarReader bounds extended headers before it reads them", () => {
  for (const typeflag of ["x", "g", "L", "K"]) {
    const bytes = header({ typeflag, size: base256(2 ** 40, 12) });
    assertRefused(
      bytes,
      "the header at byte 0 claims 1099511627776 bytes for extended " +
        "headers, at most 1048576 make sense",
    );
  }
});

Deno.test("TarReader bounds the extended headers of one entry together", () => {
  const long = pax([["comment", "x".repeat(600_000)]]);
  assert.equal(readAll(archive(long, file("a"), long, file("b"))).length, 2);
  assert.throws(
    () => readAll(archive(long, long, file("a"))),
    /claims \d+ bytes for extended headers, at most 1048576 make sense$/,
  );
});

Deno.test("TarReader keeps one global record a keyword, and not too many", () => {
  const again = new TextEncoder().encode("5 a=\n".repeat(200_000));
  const repeated = concat(
    header({ typeflag: "g", size: again.length }),
    pad(again),
  );
  assert.equal(readAll(archive(repeated, file("f"))).length, 1);
  const many = Array.from({ length: 129 }, (_, i) => [`key${i}`, "x"] as const);
  assert.throws(
    () => readAll(archive(pax(many, "g"), file("f"))),
    /brings the global pax records to 129, at most 128 make sense$/,
  );
});

Deno.test("TarReader tells what a file is that is no archive", () => {
  const text = new TextEncoder().encode("hello\n".repeat(200));
  assertRefused(text, "it is not a tar archive but a text file");
  assertRefused(
    text.subarray(0, 10),
    "it is not a tar archive but a text file",
  );
  const elf = new Uint8Array(2048);
  elf.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
  assertRefused(elf, "it is not a tar archive but an ELF program");
  const noise = Uint8Array.from(
    { length: 2048 },
    (_, i) => (i * 37 + 128) % 256,
  );
  assertRefused(noise, "it is not a tar archive but something else");
});

Deno.test("TarReader survives any single flipped byte", () => {
  const whole = archive(
    pax([["path", "p"], ["SCHILY.xattr.user.a", "b"], ["mtime", "1.5"]]),
    file("f", "abc"),
    longName("L", "long"),
    symlink("s", "t"),
  );
  for (let i = 0; i < whole.length; i++) {
    const flipped = whole.slice();
    flipped[i] = (whole[i] as number) ^ 0xff;
    try {
      readAll(flipped);
    } catch (error) {
      assert.ok(error instanceof IntegrityError, `byte ${i}: ${error}`);
    }
  }
});

Deno.test("TarReader takes the last of several extended headers, as others do", () => {
  const { entry } = readOne(archive(
    pax([["path", "first"], ["uid", "7"]]),
    pax([["gid", "8"]]),
    file("name", "x"),
  ));
  assert.deepEqual([entry.name, entry.uid, entry.gid], ["name", 0, 8]);
});

Deno.test("TarReader takes a slash for a directory in regular files only", () => {
  const types = ["\0", "0", "7", "Z"].map((typeflag) =>
    readOne(archive(file("d/", "", { typeflag }))).entry.type
  );
  assert.deepEqual(types, ["directory", "directory", "directory", "file"]);
});

Deno.test("TarReader.peekFirst() passes over the root and takes nothing away", () => {
  const bytes = archive(directory("./"), file("f", "abc"), file("g", ""));
  using reader = new TarReader(sourceOf(bytes), "x.tar");
  assert.equal(reader.peekFirst()?.name, "f");
  assert.equal(reader.next()?.name, "./");
  assert.equal(reader.next()?.name, "f");
  const piece = reader.readContent();
  assert.equal(piece?.length, 3);
  assert.equal(reader.next()?.name, "g");
  assert.equal(reader.next(), undefined);
  using none = new TarReader(sourceOf(archive()), "x.tar");
  assert.equal(none.peekFirst(), undefined);
  assert.equal(none.next(), undefined);
});

Deno.test("TarReader passes over content that its source can skip", () => {
  const bytes = archive(file("f", "x".repeat(2_000_000)), file("g", "abc"));
  let at = 0;
  let wasRead = 0;
  const source: ByteSource = {
    read(memory, offset, length): number {
      const piece = bytes.subarray(at, at + Math.min(length, 4096));
      memory.bytes.set(piece, offset);
      at += piece.length;
      wasRead += piece.length;
      return piece.length;
    },
    skip(count): number {
      const skipped = Math.min(count, bytes.length - at);
      at += skipped;
      return skipped;
    },
  };
  using reader = new TarReader(source, "x.tar");
  assert.equal(reader.next()?.name, "f");
  assert.equal(reader.position, 512);
  assert.equal(reader.next()?.name, "g");
  assert.ok(wasRead < 20_000, `${wasRead} bytes were read`);
  assert.equal(reader.next(), undefined);
});
