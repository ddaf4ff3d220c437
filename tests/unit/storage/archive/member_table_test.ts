import assert from "node:assert/strict";
import type { ImageFile } from "../../../../lib/storage/archive/image_files.ts";
import { MemberTable } from "../../../../lib/storage/archive/member_table.ts";
import { TarReader } from "../../../../lib/storage/tar/reader.ts";
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

/** Where the content is does not matter here: what tells files apart is size. */
async function tableOf(bytes: Uint8Array): Promise<MemberTable> {
  using reader = new TarReader(sourceOf(bytes), "x.tar");
  const table = new MemberTable("x.tar");
  for (let entry = reader.next(); entry; entry = reader.next()) {
    const size = entry.sizeBytes;
    await table.add(entry, () => ({ size }) as ImageFile);
  }
  return table;
}

Deno.test("MemberTable finds files by any spelling, the later of two", async () => {
  const table = await tableOf(archive(
    directory("./a/"),
    file("./a/b", "1"),
    file("/c", "22"),
    file("a//b", "333"),
  ));
  assert.equal(table.find("a/b")?.size, 3);
  assert.equal(table.find("./a/./b")?.size, 3);
  assert.equal(table.find("c")?.size, 2);
  for (const name of ["a", "", ".", "b", "a/b/c", "../c", "a/../c"]) {
    assert.equal(table.find(name), undefined, name);
  }
});

Deno.test("MemberTable follows links within the archive, and no others", async () => {
  const table = await tableOf(archive(
    file("a/layer.tar", "1"),
    symlink("b/layer.tar", "../a/layer.tar"),
    symlink("c", "a"),
    symlink("d/e", "/a/layer.tar"),
    hardlink("h", "a/layer.tar"),
    symlink("out", "../../etc/passwd"),
    symlink("up", "../a/layer.tar"),
    symlink("x", "y"),
    symlink("y", "x"),
    symlink("nowhere", "z"),
  ));
  for (const name of ["b/layer.tar", "c/layer.tar", "d/e", "h"]) {
    assert.equal(table.find(name)?.size, 1, name);
  }
  for (const name of ["out", "up", "x", "nowhere", "c"]) {
    assert.equal(table.find(name), undefined, name);
  }
});

const REFUSED: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["..", archive(file("a/../b", "")), /"a\/\.\.\/b" contains "\.\."$/],
  ["a fifo", archive(header({ name: "p", typeflag: "6" })), /is a device or/],
  [
    "a sparse file",
    archive(
      pax([["GNU.sparse.size", "100"], ["GNU.sparse.map", "0,1"]]),
      file("s", "x"),
    ),
    /"s" is sparse$/,
  ],
  [
    "a long name",
    archive(pax([["path", "n".repeat(1100)]]), file("n", "")),
    /has an absurdly long name$/,
  ],
];

for (const [what, bytes, reason] of REFUSED) {
  Deno.test(`MemberTable refuses ${what}`, async () => {
    await assert.rejects(tableOf(bytes), reason);
  });
}

Deno.test("MemberTable refuses more files than images have", async () => {
  const parts = Array.from({ length: 20_001 }, (_, i) => file(`${i}`, ""));
  await assert.rejects(
    tableOf(archive(...parts)),
    /it has more than 20000 files$/,
  );
});
