import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_RDONLY,
  O_RDWR,
} from "../../../../ffi/constants/fcntl.ts";
import {
  type ArchiveMember,
  MemberSource,
} from "../../../../lib/storage/archive/member_source.ts";
import { TarReader } from "../../../../lib/storage/tar/reader.ts";
import { writeArchive } from "../../../../lib/storage/tar/writer.ts";
import { sourceOf } from "../../../support/tar_builder.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** The bytes of an archive with these members. */
function write(members: readonly ArchiveMember[], seconds = 0): Uint8Array {
  using place = new TemporaryDirectory();
  const path = `${place.path}/x.tar`;
  using file = openat(AT_FDCWD, path, O_RDWR | O_CREAT, 0o600);
  using source = new MemberSource(members, seconds);
  writeArchive(source, file.number);
  return Deno.readFileSync(path);
}

function fileOf(path: string, size: number): ArchiveMember["content"] {
  return { size, open: () => openat(AT_FDCWD, path, O_RDONLY) };
}

Deno.test("MemberSource gives the same bytes, whatever the order", () => {
  using place = new TemporaryDirectory();
  const path = `${place.path}/content`;
  Deno.writeFileSync(path, new Uint8Array(700_000).fill(7));
  const members = [
    { name: "d/", content: new Uint8Array() },
    { name: "d/b", content: text("b") },
    { name: "d/a", content: fileOf(path, 700_000) },
    { name: "c", content: text("c") },
  ];
  const bytes = write(members, 12);
  assert.deepEqual(write(members.toReversed(), 12), bytes);
  using reader = new TarReader(sourceOf(bytes), "x.tar");
  const seen: unknown[] = [];
  for (let entry = reader.next(); entry; entry = reader.next()) {
    const { name, type, mode, uid, gid, modified, sizeBytes } = entry;
    seen.push([name, type, mode, uid, gid, modified.seconds, sizeBytes]);
  }
  assert.deepEqual(seen, [
    ["c", "file", 0o644, 0, 0, 12, 1],
    ["d/", "directory", 0o755, 0, 0, 12, 0],
    ["d/a", "file", 0o644, 0, 0, 12, 700_000],
    ["d/b", "file", 0o644, 0, 0, 12, 1],
  ]);
});

Deno.test("MemberSource notices a file that is shorter than was said", () => {
  using place = new TemporaryDirectory();
  const path = `${place.path}/content`;
  Deno.writeFileSync(path, new Uint8Array(100));
  assert.throws(
    () => write([{ name: "a", content: fileOf(path, 101) }]),
    /^IntegrityError: Cannot save "a": it ends 1 bytes early$/,
  );
});
