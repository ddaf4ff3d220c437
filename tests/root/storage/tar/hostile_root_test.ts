import assert from "node:assert/strict";
import { HostError, IntegrityError } from "../../../../lib/base/errors.ts";
import { rootTest } from "../../../support/root.ts";
import {
  archive,
  base256,
  concat,
  directory,
  file,
  hardlink,
  header,
  longName,
  pax,
  sourceOf,
  symlink,
} from "../../../support/tar_builder.ts";
import { describeTree, run, unpackTo } from "../../../support/unpacking.ts";

interface Case {
  readonly claim: string;
  /** @param outside Path of the directory that must not change. */
  readonly parts: (outside: string) => Uint8Array[];
  /** The error's message, `undefined` if the archive is harmless. */
  readonly refused?: RegExp;
  /** Something that proves where the write went instead. */
  readonly check?: (root: string) => void;
}

function text(path: string): string {
  return Deno.readTextFileSync(path);
}

const OVERLAY = /belongs to overlayfs$/;
const DOTS = /contains "\.\."$/;
const NO_DIRECTORY = /does not lead to a directory$/;

const CASES: readonly Case[] = [
  {
    claim: "a name with ..",
    parts: () => [file("../outside/new", "x")],
    refused: DOTS,
  },
  {
    claim: "a name with .. inside",
    parts: () => [file("a/../../outside/new", "x")],
    refused: DOTS,
  },
  {
    claim: "a directory named ..",
    parts: () => [directory("..", { mode: 0o777 })],
    refused: DOTS,
  },
  {
    claim: "an absolute name",
    parts: (outside) => [file(`${outside}/canary`, "overwritten")],
    check: (root) => {
      const outside = root.replace(/root$/, "outside");
      assert.equal(text(`${root}${outside}/canary`), "overwritten");
    },
  },
  {
    claim: "a file below a link that leads out",
    parts: (outside) => [symlink("a", outside), file("a/canary", "x")],
    refused: NO_DIRECTORY,
  },
  {
    claim: "a file below a link that leads out by ..",
    parts: () => [
      symlink("a", "../outside"),
      directory("outside"),
      file("a/canary", "inside"),
    ],
    check: (root) => assert.equal(text(`${root}/outside/canary`), "inside"),
  },
  {
    claim: "a chain of links upwards",
    parts: () => [
      symlink("a", ".."),
      symlink("b", "a/.."),
      symlink("c", "b/../.."),
      file("c/x", "inside"),
    ],
    check: (root) => assert.equal(text(`${root}/x`), "inside"),
  },
  {
    claim: "a link to /proc/self/root",
    parts: (outside) => [
      symlink("a", "/proc/self/root"),
      file(`a${outside}/canary`, "x"),
    ],
    refused: NO_DIRECTORY,
  },
  {
    claim: "links in a loop",
    parts: () => [symlink("a", "b"), symlink("b", "a"), file("a/x", "x")],
    refused: NO_DIRECTORY,
  },
  {
    claim: "a file over a link that leads out",
    parts: (outside) => [
      symlink("a", `${outside}/canary`),
      file("a", "inside"),
    ],
    check: (root) => {
      assert.ok(Deno.lstatSync(`${root}/a`).isFile);
      assert.equal(text(`${root}/a`), "inside");
    },
  },
  {
    claim: "a directory over a link that leads out",
    parts: (outside) => [
      symlink("a", outside),
      directory("a", { mode: 0o777, uid: 9, mtime: 1 }),
      file("a/canary", "inside"),
    ],
    check: (root) => assert.equal(text(`${root}/a/canary`), "inside"),
  },
  {
    claim: "a directory replaced by a link before its attributes are set",
    parts: (outside) => [
      directory("a", { mode: 0o777, uid: 9, mtime: 1 }),
      file("a/canary", "x"),
      symlink("a", outside),
    ],
    check: (root) => assert.ok(Deno.lstatSync(`${root}/a`).isSymlink),
  },
  {
    claim: "a directory replaced by a link between two files in it",
    parts: (outside) => [
      directory("a"),
      file("a/one", "x"),
      symlink("a", outside),
      file("a/canary", "x"),
    ],
    refused: NO_DIRECTORY,
  },
  {
    claim: "an inner directory replaced by a link that leads out",
    parts: (outside) => [
      directory("a/b/c", { mode: 0o777, mtime: 1 }),
      symlink("a/b", outside),
      directory("a/b", { mode: 0o700 }),
      symlink("a/b/c", outside),
    ],
  },
  {
    claim: "a hard link to a file outside by ..",
    parts: () => [hardlink("a", "../outside/canary")],
    refused: DOTS,
  },
  {
    claim: "a hard link to an absolute name",
    parts: (outside) => [hardlink("a", `${outside}/canary`)],
    refused: /hard link target .* is not there$/,
  },
  {
    claim: "a hard link below a link that leads out",
    parts: (outside) => [symlink("d", outside), hardlink("a", "d/canary")],
    refused: NO_DIRECTORY,
  },
  {
    claim: "a write over a hard link to a link that leads out",
    parts: (outside) => [
      symlink("s", `${outside}/canary`),
      hardlink("h", "s"),
      file("h", "inside", { mode: 0o4777, uid: 9 }),
    ],
    check: (root) => {
      assert.equal(text(`${root}/h`), "inside");
      assert.ok(Deno.lstatSync(`${root}/s`).isSymlink);
    },
  },
  {
    claim: "a hard link to a directory",
    parts: () => [directory("d"), hardlink("h", "d")],
    refused: /hard link target "d" cannot be one$/,
  },
  {
    claim: "a hard link below a file",
    parts: () => [file("f"), hardlink("h", "f/x")],
    refused: NO_DIRECTORY,
  },
  {
    claim: "a write into a device",
    parts: () => [
      header({ name: "d", typeflag: "4", devmajor: 1, devminor: 0 }),
      file("d", "inside"),
    ],
    check: (root) => assert.ok(Deno.lstatSync(`${root}/d`).isFile),
  },
  {
    claim: "a write into a hard link to a device",
    parts: () => [
      header({ name: "d", typeflag: "3", devmajor: 1, devminor: 3 }),
      hardlink("h", "d"),
      file("h", "inside"),
    ],
    check: (root) => {
      assert.equal(text(`${root}/h`), "inside");
      assert.ok(Deno.lstatSync(`${root}/d`).isCharDevice);
    },
  },
  {
    claim: "a write into a fifo, which would wait for ever",
    parts: () => [header({ name: "p", typeflag: "6" }), file("p", "inside")],
    check: (root) => assert.equal(text(`${root}/p`), "inside"),
  },
  {
    claim: "a whiteout",
    parts: () => [header({ name: "w", typeflag: "3" })],
    refused: /it is a whiteout of an overlay file system$/,
  },
  ...["trusted.overlay.opaque", "user.overlay.redirect", "trusted.overlay."]
    .map(
      (xattr): Case => ({
        claim: `the attribute ${xattr}`,
        parts: () => [pax([[`SCHILY.xattr.${xattr}`, "y"]]), directory("d")],
        refused: OVERLAY,
      }),
    ),
  {
    claim: "an overlay attribute in a global header, in base64 and encoded",
    parts: () => [
      pax([["LIBARCHIVE.xattr.trusted%2Eoverlay.metacopy", "eQ=="]], "g"),
      file("f"),
    ],
    refused: OVERLAY,
  },
  {
    claim: "a NUL in a pax path",
    parts: (outside) => [
      pax([["path", `${outside}/new\0/x`]]),
      file("f", "x"),
    ],
    refused: /has a NUL in its name$/,
  },
  {
    claim: "a pax size of 2^63",
    parts: () => [pax([["size", "9223372036854775808"]]), file("f", "x")],
    refused: /has an absurd pax size$/,
  },
  {
    claim: "a size that is negative",
    parts: () => [header({ name: "f", size: base256(-512, 12) })],
    refused: /has a negative size$/,
  },
  {
    claim: "a size beyond the archive",
    parts: () => [header({ name: "f", size: base256(2 ** 50, 12) })],
    refused: /ends in the middle of "f"$/,
  },
  {
    claim: "a sparse file larger than any file system",
    parts: () => [
      pax([["GNU.sparse.size", "9007199254740991"], ["GNU.sparse.map", "0,1"]]),
      file("f", "x"),
    ],
    refused: /Cannot unpack "f" from "x.tar": ftruncate: EFBIG/,
  },
  {
    claim: "a name longer than any path",
    parts: () => [longName("L", "a/".repeat(3000)), file("f")],
    refused: /a name of 5999 bytes is too long$/,
  },
  {
    claim: "a huge name that needs more room than a call has",
    parts: () => [longName("L", "a".repeat(500_000)), file("f")],
    refused: /too long$/,
  },
  {
    claim: "a huge link target",
    parts: () => [longName("K", "a".repeat(500_000)), symlink("s", "x")],
    refused: /too long$/,
  },
  {
    claim: "a link to nothing",
    parts: () => [symlink("s", "")],
    refused: /it is a symbolic link to nothing$/,
  },
  {
    claim: "a root that is no directory",
    parts: (outside) => [symlink(".", outside)],
    refused: /the root can only be a directory$/,
  },
  {
    claim: "a root that is a file",
    parts: () => [file("./", "x", { typeflag: "2" })],
    refused: /the root can only be a directory$/,
  },
];

for (const { claim, parts, refused, check } of CASES) {
  rootTest(`unpack() writes nothing outside: ${claim}`, () => {
    const place = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "hostile-" });
    try {
      const outside = `${place}/outside`;
      run("sh", [
        "-ec",
        "mkdir -m 711 $1; echo canary > $1/canary",
        "sh",
        outside,
      ]);
      const before = describeTree(outside);
      const bytes = archive(...parts(outside));
      const attempt = (): void => unpackTo(sourceOf(bytes), `${place}/root`);
      if (refused === undefined) attempt();
      else {
        assert.throws(attempt, (error) => {
          assert.ok(
            error instanceof IntegrityError || error instanceof HostError,
            String(error),
          );
          assert.match(error.message, refused);
          return true;
        });
      }
      assert.deepEqual(describeTree(outside), before);
      assert.deepEqual(
        [...Deno.readDirSync(place)].map(({ name }) => name).sort(),
        ["outside", "root"],
      );
      check?.(`${place}/root`);
    } finally {
      Deno.removeSync(place, { recursive: true });
    }
  });
}

rootTest("unpack() holds few descriptors, however many directories", () => {
  const place = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "hostile-" });
  const most: number[] = [];
  try {
    const parts = Array.from(
      { length: 2000 },
      (_, i) => file(`d${i}/e/f`, "x"),
    );
    const source = sourceOf(archive(...parts), 4096);
    unpackTo({
      read: (memory, offset, length) => {
        most.push([...Deno.readDirSync("/proc/self/fd")].length);
        return source.read(memory, offset, length);
      },
    }, `${place}/root`);
    assert.ok(Math.max(...most) < 250, `${Math.max(...most)} descriptors`);
    assert.equal([...Deno.readDirSync(`${place}/root`)].length, 2000);
  } finally {
    Deno.removeSync(place, { recursive: true });
  }
});

rootTest("unpack() reports an archive without files, and unpacks none", () => {
  const place = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "hostile-" });
  try {
    assert.throws(
      () => unpackTo(sourceOf(concat(new Uint8Array(10_240))), `${place}/root`),
      /Cannot unpack "x.tar": the archive contains no files$/,
    );
  } finally {
    Deno.removeSync(place, { recursive: true });
  }
});
