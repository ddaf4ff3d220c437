import assert from "node:assert/strict";
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_NOFOLLOW, O_PATH } from "../../../ffi/constants/fcntl.ts";
import type { ByteString } from "../../../lib/storage/tar/byte_string.ts";
import {
  TreeReader,
  type TreeReaderOptions,
} from "../../../lib/storage/tree_reader.ts";
import { openDescriptors } from "../../support/processes.ts";
import { TemporaryDirectory } from "../../support/temporary_directory.ts";

/** Reads a path; each file as a line, with what it holds. */
function lines(
  path: string,
  name: string,
  options: Partial<TreeReaderOptions> = {},
): string[] {
  const before = openDescriptors();
  const found: string[] = [];
  {
    using top = openat(AT_FDCWD, path, O_PATH | O_NOFOLLOW);
    const named = { name: name as ByteString, ...options };
    using reader = new TreeReader(top, named);
    for (let entry = reader.next(); entry; entry = reader.next()) {
      let text = "";
      for (let p = reader.readContent(); p; p = reader.readContent()) {
        const { bytes } = reader.memory;
        const piece = bytes.slice(p.offset, p.offset + p.length);
        text += new TextDecoder().decode(piece);
      }
      const words = [entry.type, entry.name, entry.linkName, text];
      found.push(words.join(" ").trimEnd());
    }
  }
  assert.equal(openDescriptors(), before);
  return found;
}

/** A tree with one of everything that needs no root. */
function makeTree(path: string): void {
  Deno.mkdirSync(`${path}/b/empty`, { recursive: true });
  Deno.writeTextFileSync(`${path}/b/f`, "content");
  Deno.writeTextFileSync(`${path}/a`, "first");
  Deno.linkSync(`${path}/a`, `${path}/c`);
  Deno.symlinkSync("/nowhere", `${path}/l`);
}

Deno.test("TreeReader tells of directories first, in order, links as such", () => {
  using directory = new TemporaryDirectory();
  makeTree(directory.path);
  assert.deepEqual(lines(directory.path, "t"), [
    "directory t",
    "file t/a  first",
    "directory t/b",
    "directory t/b/empty",
    "file t/b/f  content",
    "hard-link t/c t/a",
    "symbolic-link t/l /nowhere",
  ]);
});

Deno.test("TreeReader leaves out a top without a name", () => {
  using directory = new TemporaryDirectory();
  makeTree(directory.path);
  const [first, ...rest] = lines(directory.path, "");
  assert.equal(first, "file a  first");
  assert.equal(rest.at(-1), "symbolic-link l /nowhere");
});

Deno.test("TreeReader reads a file alone, and a link alone", () => {
  using directory = new TemporaryDirectory();
  makeTree(directory.path);
  assert.deepEqual(lines(`${directory.path}/a`, "x"), ["file x  first"]);
  assert.deepEqual(lines(`${directory.path}/l`, "y"), [
    "symbolic-link y /nowhere",
  ]);
});

Deno.test("TreeReader tells of what is passed by and not of what is in it", () => {
  using directory = new TemporaryDirectory();
  makeTree(directory.path);
  const isPassedBy = (name: string): boolean => name === "./b";
  const found = lines(directory.path, ".", { isPassedBy });
  assert.ok(found.includes("directory ./b"));
  assert.ok(!found.some((line) => line.includes("./b/")));
});

Deno.test("TreeReader never goes into the kernel's own file systems", () => {
  using top = openat(AT_FDCWD, "/", O_PATH);
  using reader = new TreeReader(top, {
    name: "" as ByteString,
    isPassedBy: (name) => name !== "" && name !== "proc",
  });
  const names: string[] = [];
  for (let entry = reader.next(); entry; entry = reader.next()) {
    names.push(entry.name);
  }
  assert.ok(names.includes("proc"));
  assert.ok(!names.some((name) => name.startsWith("proc/")));
});

Deno.test("TreeReader leaves out sockets", () => {
  using directory = new TemporaryDirectory();
  using _socket = Deno.listen({
    transport: "unix",
    path: `${directory.path}/s`,
  });
  assert.deepEqual(lines(directory.path, "t"), ["directory t"]);
});

Deno.test("TreeReader leaves out what is removed meanwhile", () => {
  using directory = new TemporaryDirectory();
  makeTree(directory.path);
  using top = openat(AT_FDCWD, directory.path, O_PATH);
  using reader = new TreeReader(top, { name: "." as ByteString });
  assert.equal(reader.next()?.name, ".");
  Deno.removeSync(`${directory.path}/a`);
  Deno.removeSync(`${directory.path}/b`, { recursive: true });
  assert.equal(reader.next()?.name, "./c");
});

Deno.test("TreeReader reads no more of a file than it has told", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/f`;
  Deno.writeTextFileSync(path, "12345");
  using top = openat(AT_FDCWD, path, O_PATH);
  using reader = new TreeReader(top, { name: "f" as ByteString });
  assert.equal(reader.next()?.sizeBytes, 5);
  Deno.writeTextFileSync(path, "67890", { append: true });
  assert.equal(reader.readContent()?.length, 5);
  assert.equal(reader.readContent(), undefined);
});

Deno.test("TreeReader ends a file that has become shorter", () => {
  using directory = new TemporaryDirectory();
  const path = `${directory.path}/f`;
  Deno.writeTextFileSync(path, "12345");
  using top = openat(AT_FDCWD, path, O_PATH);
  using reader = new TreeReader(top, { name: "f" as ByteString });
  reader.next();
  Deno.truncateSync(path, 2);
  assert.equal(reader.readContent()?.length, 2);
  assert.equal(reader.readContent(), undefined);
});
