/** @module */
import assert from "node:assert/strict";
import { openInRoot } from "../../../../lib/base/open_in_root.ts";
import { fstat } from "../../../../ffi/calls/stat.ts";
import {
  O_DIRECTORY,
  O_PATH,
  O_RDONLY,
} from "../../../../ffi/constants/fcntl.ts";
import type { ErrnoName } from "../../../../ffi/constants/errno.ts";
import { isSyscallError } from "../../../../ffi/errno.ts";
import type { Fd } from "../../../../ffi/fd.ts";
import {
  createInRoot,
  openHostDirectory,
} from "../../../../lib/runtime/rootfs/secure_path.ts";
import { openDescriptors } from "../../../support/processes.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** A hostile root, and outside of it what must stay as it is. */
class Tree implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly root: string;
  readonly outside: string;
  readonly fd: Fd;

  constructor() {
    this.root = `${this.#directory.path}/root`;
    this.outside = `${this.#directory.path}/outside`;
    for (const path of ["root/etc", "root/real", "outside"]) {
      Deno.mkdirSync(`${this.#directory.path}/${path}`, { recursive: true });
    }
    Deno.writeTextFileSync(`${this.root}/etc/passwd`, "inside");
    Deno.writeTextFileSync(`${this.outside}/secret`, "secret");
    this.fd = openHostDirectory(this.root);
  }

  link(path: string, target: string): void {
    Deno.symlinkSync(target, `${this.root}${path}`);
  }

  /** What a descriptor refers to, as a path on the host. */
  where(fd: Fd): string {
    return Deno.readLinkSync(fd.path);
  }

  untouched(): void {
    const names = [...Deno.readDirSync(this.outside)].map(({ name }) => name);
    assert.deepEqual(names, ["secret"]);
    const siblings = [...Deno.readDirSync(this.#directory.path)]
      .map(({ name }) => name).sort();
    assert.deepEqual(siblings, ["outside", "root"]);
  }

  [Symbol.dispose](): void {
    this.fd[Symbol.dispose]();
    this.#directory[Symbol.dispose]();
  }
}

function refused(run: () => unknown, ...codes: ErrnoName[]): void {
  assert.throws(run, (error) => isSyscallError(error, ...codes));
}

Deno.test("openInRoot() takes absolute links and `..` for the root's", () => {
  using tree = new Tree();
  tree.link("/absolute", "/etc/passwd");
  tree.link("/dots", "../../../../../../etc/passwd");
  tree.link("/chain", "absolute");
  for (
    const path of [
      "/etc/passwd",
      "/absolute",
      "/dots",
      "/chain",
      "/../etc/passwd",
    ]
  ) {
    using fd = openInRoot(tree.fd.number, path, O_RDONLY);
    assert.equal(tree.where(fd), `${tree.root}/etc/passwd`, path);
  }
});

Deno.test("openInRoot() reaches nothing of the host", () => {
  using tree = new Tree();
  tree.link("/direct", `${tree.outside}/secret`);
  tree.link("/relative", "../outside/secret");
  tree.link("/real/up", "../../outside");
  for (
    const path of ["/direct", "/relative", "/real/up/secret", "../outside"]
  ) {
    refused(() => openInRoot(tree.fd.number, path, O_PATH), "ENOENT");
  }
});

Deno.test("openInRoot() refuses loops and magic links", () => {
  using tree = new Tree();
  tree.link("/loop", "loop");
  refused(() => openInRoot(tree.fd.number, "/loop", O_PATH), "ELOOP");
  using host = openHostDirectory("/");
  refused(
    () => openInRoot(host.number, "/proc/self/root/etc", O_PATH),
    "ELOOP",
  );
  refused(() => openInRoot(host.number, "/proc/self/fd/0", O_RDONLY), "ELOOP");
});

Deno.test("openInRoot() opens close-on-exec, and only what the flags allow", () => {
  using tree = new Tree();
  using fd = openInRoot(tree.fd.number, "/etc", O_PATH | O_DIRECTORY);
  const line = Deno.readTextFileSync(`/proc/self/fdinfo/${fd.number}`)
    .split("\n").find((text) => text.startsWith("flags:")) ?? "";
  const flags = parseInt(line.split("\t")[1] ?? "0", 8);
  assert.equal(flags & 0o2000000, 0o2000000);
  refused(
    () => openInRoot(tree.fd.number, "/etc/passwd", O_PATH | O_DIRECTORY),
    "ENOTDIR",
  );
});

Deno.test("openInRoot() is not refused because something else is renamed", async () => {
  using tree = new Tree();
  using elsewhere = new TemporaryDirectory();
  const script = new URL(
    "../../../fixtures/runtime/rename_forever.ts",
    import.meta.url,
  ).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, elsewhere.path],
    stdin: "null",
    stdout: "piped",
  }).spawn();
  try {
    await child.stdout.getReader().read();
    const path = `/real${"/../real".repeat(4)}`;
    for (let round = 0; round < 20_000; round++) {
      openInRoot(tree.fd.number, path, O_PATH)[Symbol.dispose]();
    }
  } finally {
    child.kill("SIGKILL");
    await child.status;
  }
});

Deno.test("createInRoot() opens what is there, whatever it is", () => {
  using tree = new Tree();
  for (const kind of ["directory", "file"] as const) {
    using directory = createInRoot(tree.fd, "/etc", kind);
    assert.equal(tree.where(directory), `${tree.root}/etc`);
    using file = createInRoot(tree.fd, "/etc/passwd", kind);
    assert.equal(tree.where(file), `${tree.root}/etc/passwd`);
    using root = createInRoot(tree.fd, "/", kind);
    assert.equal(tree.where(root), tree.root);
  }
});

const PATHS = [
  ["/a/b/c", "/a/b/c"],
  ["//a///b/", "/a/b"],
  ["/a/./b/.", "/a/b"],
  ["/../a", "/a"],
  ["/real/../a", "/a"],
  ["/new/../a", "/a"],
  ["a", "/a"],
] as const;

for (const [path, created] of PATHS) {
  Deno.test(`createInRoot() makes the directory ${path}`, () => {
    using tree = new Tree();
    using fd = createInRoot(tree.fd, path, "directory");
    assert.equal(tree.where(fd), `${tree.root}${created}`);
    assert.equal(fstat(fd.number).mode, 0o040755);
    tree.untouched();
  });
}

Deno.test("createInRoot() makes an empty file, and the directories above", () => {
  using tree = new Tree();
  using fd = createInRoot(tree.fd, "/new/deep/file", "file");
  assert.equal(tree.where(fd), `${tree.root}/new/deep/file`);
  const { mode, sizeBytes } = fstat(fd.number);
  assert.deepEqual([mode, sizeBytes], [0o100644, 0]);
  using again = createInRoot(tree.fd, "/new/deep/file", "file");
  assert.equal(fstat(again.number).inode, fstat(fd.number).inode);
});

Deno.test("createInRoot() creates through links as the container would", () => {
  using tree = new Tree();
  tree.link("/link", "/real");
  tree.link("/up", "../../real");
  using one = createInRoot(tree.fd, "/link/one", "directory");
  assert.equal(tree.where(one), `${tree.root}/real/one`);
  using two = createInRoot(tree.fd, "/up/two/three", "file");
  assert.equal(tree.where(two), `${tree.root}/real/two/three`);
});

Deno.test("createInRoot() creates what a dangling link leads to, never outside", () => {
  for (const kind of ["directory", "file"] as const) {
    using tree = new Tree();
    tree.link("/etc/resolv.conf", "../run/systemd/stub");
    tree.link("/absolute", "/somewhere/else");
    tree.link("/chain", "absolute");
    tree.link("/escape", "../../outside/new");
    tree.link("/direct", `${tree.outside}/new`);
    for (
      const [path, where] of [
        ["/etc/resolv.conf", "/run/systemd/stub"],
        ["/chain", "/somewhere/else"],
        ["/escape", "/outside/new"],
        ["/direct", `${tree.outside}/new`],
      ] as const
    ) {
      using fd = createInRoot(tree.fd, path, kind);
      assert.equal(tree.where(fd), `${tree.root}${where}`);
      assert.equal(Deno.statSync(fd.path).isDirectory, kind === "directory");
    }
    tree.untouched();
  }
});

Deno.test("createInRoot() creates below a dangling link", () => {
  using tree = new Tree();
  tree.link("/var", "/data/var");
  using fd = createInRoot(tree.fd, "/var/lib/file", "file");
  assert.equal(tree.where(fd), `${tree.root}/data/var/lib/file`);
  tree.untouched();
});

Deno.test("createInRoot() follows no link that leads to itself, nor more than it may", () => {
  using tree = new Tree();
  tree.link("/loop", "loop/x");
  tree.link("/a", "b");
  tree.link("/b", "c");
  for (const kind of ["directory", "file"] as const) {
    refused(() => createInRoot(tree.fd, "/loop", kind), "ELOOP");
    refused(() => createInRoot(tree.fd, "/a", kind, 1), "ENOENT");
  }
  assert.throws(() => Deno.lstatSync(`${tree.root}/c`), { name: "NotFound" });
});

Deno.test("createInRoot() refuses a file in the way", () => {
  using tree = new Tree();
  refused(
    () => createInRoot(tree.fd, "/etc/passwd/x", "directory"),
    "ENOTDIR",
  );
});

Deno.test("createInRoot() leaves no descriptor open but the one it returns", () => {
  using tree = new Tree();
  tree.link("/dangling", "/nowhere");
  const before = openDescriptors();
  for (const [path] of PATHS) {
    createInRoot(tree.fd, path, "directory")[Symbol.dispose]();
  }
  createInRoot(tree.fd, "/f/g", "file")[Symbol.dispose]();
  createInRoot(tree.fd, "/dangling/x", "file")[Symbol.dispose]();
  refused(() => createInRoot(tree.fd, "/etc/passwd/x", "file"), "ENOTDIR");
  assert.equal(openDescriptors(), before);
});

Deno.test("openHostDirectory() opens directories alone", () => {
  using tree = new Tree();
  using fd = openHostDirectory(tree.root);
  assert.equal(tree.where(fd), tree.root);
  refused(() => openHostDirectory(`${tree.outside}/secret`), "ENOTDIR");
});
