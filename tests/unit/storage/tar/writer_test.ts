import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { createPipe } from "../../../../ffi/calls/pipe.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_WRONLY,
} from "../../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import type {
  EntrySource,
  TarEntry,
} from "../../../../lib/storage/tar/entry.ts";
import { TarReader } from "../../../../lib/storage/tar/reader.ts";
import { writeArchive } from "../../../../lib/storage/tar/writer.ts";
import {
  archive,
  directory,
  file,
  sourceOf,
  symlink,
} from "../../../support/tar_builder.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** Writes a source to a file and returns what it holds. */
function written(source: EntrySource): Uint8Array {
  using temporary = new TemporaryDirectory();
  const path = `${temporary.path}/a.tar`;
  using fd = openat(AT_FDCWD, path, O_WRONLY | O_CREAT, 0o600);
  const count = writeArchive(source, fd.number);
  const bytes = Deno.readFileSync(path);
  assert.equal(bytes.length, count);
  return bytes;
}

Deno.test("writeArchive() writes what it reads", () => {
  const bytes = archive(
    directory("d/"),
    file("d/empty"),
    file("d/small", "text"),
    file("d/block", "b".repeat(512)),
    file("d/large", "l".repeat(700_001)),
    symlink("d/link", "small"),
  );
  using reader = new TarReader(sourceOf(bytes), "x.tar");
  assert.deepEqual(written(reader), bytes);
});

Deno.test("writeArchive() ends an archive of nothing", () => {
  using reader = new TarReader(sourceOf(archive()), "x.tar");
  assert.deepEqual(written(reader), archive());
});

Deno.test("writeArchive() fills up a file that has become shorter", () => {
  const bytes = archive(file("f", "short"), file("g", "next"));
  using reader = new TarReader(sourceOf(bytes), "x.tar");
  const promising: EntrySource = {
    memory: reader.memory,
    readContent: () => reader.readContent(),
    next(): TarEntry | undefined {
      const entry = reader.next();
      return entry?.name === "f" ? { ...entry, sizeBytes: 600 } : entry;
    },
  };
  assert.deepEqual(
    written(promising),
    archive(file("f", `short${"\0".repeat(595)}`), file("g", "next")),
  );
});

Deno.test("writeArchive() says that nobody reads it", () => {
  using reader = new TarReader(sourceOf(archive(file("f"))), "x.tar");
  using pipe = createPipe();
  pipe.readable[Symbol.dispose]();
  assert.throws(
    () => writeArchive(reader, pipe.writable.number),
    (error) => isSyscallError(error, "EPIPE"),
  );
});
