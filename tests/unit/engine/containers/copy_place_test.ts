import assert from "node:assert/strict";
import { mknodat, openat } from "../../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_PATH,
} from "../../../../ffi/constants/fcntl.ts";
import { S_IFIFO } from "../../../../ffi/constants/stat.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import { ConflictError, NotFoundError } from "../../../../lib/base/errors.ts";
import {
  containerFiles,
  type FileSpace,
  findSource,
  findTarget,
  HOST_FILES,
} from "../../../../lib/engine/containers/copy_place.ts";
import type { ByteString } from "../../../../lib/storage/tar/byte_string.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const FILE = { name: "src" as ByteString, kind: "other" } as const;
const DIRECTORY = { name: "src" as ByteString, kind: "directory" } as const;

/** A container's files that are a directory of the host. */
class FakeContainer extends TemporaryDirectory {
  readonly #root: Fd;
  readonly files: FileSpace;

  constructor() {
    super();
    this.#root = openat(AT_FDCWD, this.path, O_PATH | O_DIRECTORY);
    this.files = containerFiles(this.#root, "aa");
    Deno.mkdirSync(`${this.path}/d/sub`, { recursive: true });
    Deno.writeTextFileSync(`${this.path}/f`, "");
    Deno.symlinkSync("/d", `${this.path}/to-d`);
    Deno.symlinkSync("../f", `${this.path}/d/to-f`);
    Deno.symlinkSync("/new", `${this.path}/dangling`);
    Deno.symlinkSync("loop", `${this.path}/loop`);
  }

  /** A path inside, by descriptor. */
  nameOf(fd: Fd): string {
    return Deno.readLinkSync(fd.path).slice(this.path.length) || "/";
  }

  override [Symbol.dispose](): void {
    this.#root[Symbol.dispose]();
    super[Symbol.dispose]();
  }
}

const SOURCES: readonly (readonly [string, string, string, string])[] = [
  ["/f", "/f", "f", "other"],
  ["f", "/f", "f", "other"],
  ["/d", "/d", "d", "directory"],
  ["/d/", "/d", "d", "directory"],
  ["/d/.", "/d", ".", "directory"],
  ["/d/sub/..", "/d", ".", "directory"],
  ["/", "/", ".", "directory"],
  ["", "/", ".", "directory"],
  ["/to-d", "/to-d", "to-d", "other"],
  ["/to-d/", "/d", "to-d", "directory"],
  ["/to-d/.", "/d", ".", "directory"],
  ["/dangling", "/dangling", "dangling", "other"],
  ["/../../../f", "/f", "f", "other"],
];

for (const [path, top, name, kind] of SOURCES) {
  Deno.test(`findSource() takes "${path}" for ${top}`, () => {
    using container = new FakeContainer();
    const source = findSource(container.files, path, "copy");
    using fd = source.top;
    assert.equal(container.nameOf(fd), top);
    assert.deepEqual([source.name, source.kind], [name, kind]);
  });
}

Deno.test("findSource() follows a link if asked to", () => {
  using container = new FakeContainer();
  const source = findSource(container.files, "/to-d", "follow");
  using fd = source.top;
  assert.equal(container.nameOf(fd), "/d");
  assert.deepEqual([source.name, source.kind], ["to-d", "directory"]);
});

for (const path of ["/none", "/f/", "/f/x", "/loop/x"]) {
  Deno.test(`findSource() finds no "${path}"`, () => {
    using container = new FakeContainer();
    assert.throws(
      () => findSource(container.files, path, "copy"),
      new NotFoundError(`Could not find the file ${path} in container aa`),
    );
  });
}

const TARGETS: readonly (readonly [
  string,
  typeof FILE | typeof DIRECTORY,
  string,
  string,
])[] = [
  ["/d", FILE, "/d", "src"],
  ["/d/", FILE, "/d", "src"],
  ["/d/.", FILE, "/d", "src"],
  ["/", FILE, "/", "src"],
  ["/to-d", FILE, "/d", "src"],
  ["/f", FILE, "/", "f"],
  ["/d/to-f", FILE, "/", "f"],
  ["/d/new", FILE, "/d", "new"],
  ["new", FILE, "/", "new"],
  ["/dangling", FILE, "/", "new"],
  ["/to-d/new", FILE, "/d", "new"],
  ["/d", DIRECTORY, "/d", "src"],
  ["/d/new", DIRECTORY, "/d", "new"],
  ["/d/new/", DIRECTORY, "/d", "new"],
];

for (const [path, source, root, name] of TARGETS) {
  Deno.test(`findTarget() puts a ${source.kind} for "${path}" in ${root}`, () => {
    using container = new FakeContainer();
    const target = findTarget(container.files, path, source);
    using fd = target.root;
    assert.deepEqual([container.nameOf(fd), target.name], [root, name]);
  });
}

Deno.test("findTarget() replaces no file by a directory", () => {
  using container = new FakeContainer();
  assert.throws(
    () => findTarget(container.files, "/f", DIRECTORY),
    (error) =>
      error instanceof ConflictError &&
      error.message === "cannot copy directory",
  );
});

Deno.test("findTarget() replaces nothing special", () => {
  using container = new FakeContainer();
  // Never a device of the host: where this fails, it would be replaced.
  const pipe = `${container.path}/pipe`;
  mknodat(AT_FDCWD, pipe, S_IFIFO | 0o600, { major: 0, minor: 0 });
  for (
    const [files, path] of [[container.files, "/pipe"], [
      HOST_FILES,
      pipe,
    ]] as const
  ) {
    assert.throws(
      () => findTarget(files, path, FILE),
      new ConflictError(
        `invalid output path: "${path}" must be a directory or a regular file`,
      ),
    );
  }
});

Deno.test("findTarget() wants a directory where a slash says so", () => {
  using container = new FakeContainer();
  const failure = (path: string, message: string): void =>
    assert.throws(
      () => findTarget(container.files, path, FILE),
      (error) => error instanceof Error && error.message === message,
    );
  failure("/f/", "not a directory");
  failure("/d/new/", "no such directory");
  failure("/no/new", "Could not find the file /no in container aa");
  failure("/loop", "Could not find the file /loop in container aa");
});

Deno.test("findTarget() names the directory of the host that is missing", () => {
  using directory = new TemporaryDirectory();
  const { path } = directory;
  assert.throws(
    () => findTarget(HOST_FILES, `${path}/no/x`, FILE),
    new NotFoundError(
      `invalid output path: directory "${path}/no" does not exist`,
    ),
  );
  assert.throws(
    () => findSource(HOST_FILES, `${path}/no`, "copy"),
    new NotFoundError(`lstat ${path}/no: no such file or directory`),
  );
});
