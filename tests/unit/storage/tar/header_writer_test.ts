import assert from "node:assert/strict";
import type { ByteString } from "../../../../lib/storage/tar/byte_string.ts";
import type { TarEntry } from "../../../../lib/storage/tar/entry.ts";
import { formatHeaders } from "../../../../lib/storage/tar/header_writer.ts";
import { TarReader } from "../../../../lib/storage/tar/reader.ts";
import { archive, header, sourceOf } from "../../../support/tar_builder.ts";

/** A regular file without content. */
const FILE: TarEntry = {
  type: "file",
  name: "f" as ByteString,
  linkName: "" as ByteString,
  mode: 0o644,
  uid: 0,
  gid: 0,
  modified: { seconds: 0, nanoseconds: 0 },
  device: { major: 0, minor: 0 },
  sizeBytes: 0,
  extents: undefined,
  xattrs: new Map(),
};

/** What a reader makes of the headers. */
function readBack(entry: TarEntry): TarEntry | undefined {
  const bytes = archive(formatHeaders(entry));
  using reader = new TarReader(sourceOf(bytes), "x.tar");
  return reader.next();
}

Deno.test("formatHeaders() writes a ustar header alone where it has room", () => {
  assert.deepEqual(
    formatHeaders({
      ...FILE,
      mode: 0o4755,
      uid: 33,
      gid: 44,
      modified: { seconds: 1_000_000_000, nanoseconds: 5 },
    }),
    header({
      name: "f",
      mode: 0o4755,
      uid: 33,
      gid: 44,
      mtime: 1_000_000_000,
    }),
  );
});

Deno.test("formatHeaders() writes the same for the same entry", () => {
  const entry = { ...FILE, name: "é".repeat(90) as ByteString };
  assert.deepEqual(formatHeaders(entry), formatHeaders(entry));
});

Deno.test("formatHeaders() ends the names of directories with a slash", () => {
  for (const name of ["d", "d/"] as ByteString[]) {
    const entry = { ...FILE, type: "directory", name } as const;
    assert.equal(readBack(entry)?.name, "d/");
  }
});

const KEPT: readonly (readonly [string, Partial<TarEntry>])[] = [
  ["a name of 100 bytes", { name: "n".repeat(100) as ByteString }],
  ["a longer name", { name: `${"d/".repeat(2000)}n` as ByteString }],
  ["a name that is not ASCII", { name: "\xc3\xa4\xff" as ByteString }],
  ["a hard link", { type: "hard-link", linkName: "a/b" as ByteString }],
  [
    "a symbolic link with a long target",
    { type: "symbolic-link", linkName: `/${"t".repeat(300)}` as ByteString },
  ],
  ["large ids", { uid: 3_000_000_000, gid: 2_097_152 }],
  ["a time before 1970", { modified: { seconds: -5, nanoseconds: 0 } }],
  ["a distant time", { modified: { seconds: 2 ** 40, nanoseconds: 0 } }],
  [
    "a device",
    { type: "block-device", device: { major: 4095, minor: 1_048_575 } },
  ],
  ["a fifo", { type: "fifo", mode: 0o7777 }],
  [
    "attributes with any name and value",
    {
      xattrs: new Map([
        ["user.a=b%c" as ByteString, Uint8Array.of(0, 10, 255)],
        ["user.empty" as ByteString, new Uint8Array()],
      ]),
    },
  ],
];

for (const [what, changes] of KEPT) {
  Deno.test(`formatHeaders() keeps ${what}`, () => {
    const entry = { ...FILE, ...changes };
    assert.deepEqual(readBack(entry), entry);
  });
}

Deno.test("formatHeaders() keeps a size beyond 8 GiB", () => {
  const bytes = formatHeaders({ ...FILE, sizeBytes: 2 ** 33 });
  const text = new TextDecoder().decode(bytes);
  assert.match(text, /\d+ size=8589934592\n/);
});
