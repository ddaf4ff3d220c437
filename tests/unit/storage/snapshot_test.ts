/**
 * @module
 */
import assert from "node:assert/strict";
import {
  createSnapshot,
  overlayDirectories,
  readSnapshotFiles,
  type Snapshot,
  snapshotDirectories,
  snapshotIn,
} from "../../../lib/storage/snapshot.ts";
import { readSnapshotFile } from "../../support/snapshot_file.ts";

const PASSWD = "/etc/passwd";

/** A directory for layers, removed with its scope. */
class Layers implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "snapshot-" });

  /** Makes a layer of files; `-> target` makes a symbolic link. */
  layer(name: string, files: Readonly<Record<string, string>>): string {
    const layer = `${this.directory}/${name}`;
    Deno.mkdirSync(layer);
    for (const [path, text] of Object.entries(files)) {
      const target = `${layer}${path}`;
      Deno.mkdirSync(target.slice(0, target.lastIndexOf("/")), {
        recursive: true,
      });
      const link = /^-> (.*)/.exec(text)?.[1];
      if (link === undefined) Deno.writeTextFileSync(target, text);
      else Deno.symlinkSync(link, target);
    }
    return layer;
  }

  /** A snapshot of these layers, the topmost first, with an empty upper. */
  snapshot(...lower: string[]): Snapshot {
    const snapshot = snapshotIn(this.directory, lower);
    Deno.mkdirSync(snapshot.upper);
    return snapshot;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

/** What a snapshot of one layer with these files reads. */
function readFrom(
  files: Readonly<Record<string, string>>,
  path = PASSWD,
): string | undefined {
  using layers = new Layers();
  return readSnapshotFile(layers.snapshot(layers.layer("a", files)), path);
}

function mode(path: string): string {
  return ((Deno.statSync(path).mode ?? 0) & 0o7777).toString(8);
}

Deno.test("snapshotIn() keeps the parts in one directory", () => {
  const snapshot = snapshotIn("/c/1", ["/l/b", "/l/a"]);
  assert.deepEqual(snapshot, {
    lower: ["/l/b", "/l/a"],
    upper: "/c/1/upper",
    work: "/c/1/work",
    merged: "/c/1/merged",
  });
  const directories = overlayDirectories(snapshot, "discarded");
  assert.deepEqual(directories.lower, ["/l/b", "/l/a"]);
  assert.equal(directories.upper, "/c/1/upper");
  assert.equal(directories.work, "/c/1/work");
  assert.equal(directories.changes, "discarded");
});

Deno.test("createSnapshot() gives upper the mode of the topmost layer", () => {
  for (const wanted of [0o755, 0o1777, 0o500]) {
    using layers = new Layers();
    const [top, bottom] = [layers.layer("b", {}), layers.layer("a", {})];
    Deno.chmodSync(top, wanted);
    Deno.chmodSync(bottom, 0o711);
    const snapshot = snapshotIn(layers.directory, [top, bottom]);
    createSnapshot(snapshot);
    assert.equal(mode(snapshot.upper), wanted.toString(8));
    assert.equal(mode(snapshot.work), "700");
    assert.equal(mode(snapshot.merged), "700");
  }
});

Deno.test("createSnapshot() does not use what is there already", () => {
  using layers = new Layers();
  const snapshot = layers.snapshot(layers.layer("a", {}));
  assert.throws(() => createSnapshot(snapshot), Deno.errors.AlreadyExists);
});

Deno.test("readSnapshotFiles() finds a file in the only layer", () => {
  assert.equal(readFrom({ [PASSWD]: "root\n" }), "root\n");
  assert.equal(readFrom({ [PASSWD]: "" }), "");
});

Deno.test("readSnapshotFiles() finds nothing where nothing is", () => {
  assert.equal(readFrom({}), undefined);
  assert.equal(readFrom({ "/etc/group": "" }), undefined);
  using layers = new Layers();
  const missing = snapshotIn(`${layers.directory}/x`, ["/no-such-layer"]);
  assert.equal(readSnapshotFile(missing, PASSWD), undefined);
});

Deno.test("readSnapshotFiles() prefers upper layers", () => {
  using layers = new Layers();
  const bottom = layers.layer("a", { [PASSWD]: "a", "/etc/group": "a" });
  const top = layers.layer("b", { [PASSWD]: "b" });
  const snapshot = layers.snapshot(top, bottom);
  assert.equal(readSnapshotFile(snapshot, PASSWD), "b");
  assert.equal(readSnapshotFile(snapshot, "/etc/group"), "a");
  Deno.mkdirSync(`${snapshot.upper}/etc`);
  Deno.writeTextFileSync(`${snapshot.upper}${PASSWD}`, "upper");
  assert.equal(readSnapshotFile(snapshot, PASSWD), "upper");
});

Deno.test("readSnapshotFiles() finds nothing below what covers a directory", () => {
  for (const cover of ["a file", "-> /loop"]) {
    using layers = new Layers();
    const bottom = layers.layer("a", { [PASSWD]: "hidden" });
    const top = layers.layer("b", { "/etc": cover, "/loop": "-> /etc" });
    const snapshot = layers.snapshot(top, bottom);
    assert.equal(readSnapshotFile(snapshot, PASSWD), undefined, cover);
  }
});

Deno.test("readSnapshotFiles() follows links within a layer", () => {
  const links = ["real", "/etc/real", "../etc/real", "../../../etc/real"];
  for (const link of links) {
    const files = { [PASSWD]: `-> ${link}`, "/etc/real": "found" };
    assert.equal(readFrom(files), "found", link);
  }
  const directory = { "/etc": "-> usr/etc", "/usr/etc/passwd": "found" };
  assert.equal(readFrom(directory), "found");
});

Deno.test("readSnapshotFiles() follows links from layer to layer", () => {
  using layers = new Layers();
  const bottom = layers.layer("a", {
    "/etc": "-> usr/../usr/etc",
    "/usr/etc/passwd": "-> /data/users",
  });
  const top = layers.layer("b", {
    "/usr/etc/group": "-> ../../data/./groups",
    "/data": "-> store",
    "/store/users": "found",
  });
  const snapshot = layers.snapshot(top, bottom);
  assert.equal(readSnapshotFile(snapshot, PASSWD), "found");
  assert.equal(readSnapshotFile(snapshot, "/etc/group"), undefined);
  Deno.mkdirSync(`${snapshot.upper}/store`);
  Deno.writeTextFileSync(`${snapshot.upper}/store/groups`, "own");
  assert.equal(readSnapshotFile(snapshot, "/etc/group"), "own");
});

Deno.test("readSnapshotFiles() reads each from the layer that has it", () => {
  using layers = new Layers();
  const snapshot = layers.snapshot(
    layers.layer("b", { "/etc": "-> data/./etc", "/data/etc/a": "-> ../x" }),
    layers.layer("a", { "/data/etc/b": "below", "/data/x": "linked" }),
  );
  const names = ["b", "none", "a", "b", "."];
  assert.deepEqual(
    readSnapshotFiles(snapshot, "/etc", names),
    ["below", undefined, "linked", "below", undefined],
  );
});

Deno.test("readSnapshotFiles() never leaves the layer", () => {
  using outside = new Layers();
  const secret = outside.layer("outside", { "/secret": "of the host" });
  const links = [
    `${secret}/secret`,
    `${"../".repeat(20)}${secret}/secret`,
    "/proc/self/root/etc/passwd",
    "/etc/passwd",
    "/proc/1/environ",
  ];
  for (const link of links) {
    assert.equal(readFrom({ [PASSWD]: `-> ${link}` }), undefined, link);
  }
  assert.equal(readFrom({ "/etc": `-> ${secret}` }, "/etc/secret"), undefined);
  assert.equal(readFrom({}, `/../../../../..${secret}/secret`), undefined);
});

Deno.test("readSnapshotFiles() takes neither directories nor FIFOs for files", async () => {
  assert.equal(readFrom({ [`${PASSWD}/x`]: "" }), undefined);
  using layers = new Layers();
  const layer = layers.layer("a", { "/etc/group": "" });
  // A reader that opened it would wait for ever for a writer.
  const { success } = await new Deno.Command("mkfifo", {
    args: [`${layer}${PASSWD}`],
  }).output();
  assert.ok(success);
  assert.equal(readSnapshotFile(layers.snapshot(layer), PASSWD), undefined);
});

Deno.test("readSnapshotFiles() refuses files of more than 16 MiB", () => {
  using layers = new Layers();
  const layer = layers.layer("a", { [PASSWD]: "root" });
  const snapshot = layers.snapshot(layer);
  const limit = 16 * 1024 * 1024;
  Deno.truncateSync(`${layer}${PASSWD}`, limit);
  assert.equal(readSnapshotFile(snapshot, PASSWD)?.length, limit);
  Deno.truncateSync(`${layer}${PASSWD}`, limit + 1);
  assert.equal(readSnapshotFile(snapshot, PASSWD), undefined);
});

Deno.test("readSnapshotFiles() reads bytes that are no text", () => {
  using layers = new Layers();
  const layer = layers.layer("a", { [PASSWD]: "" });
  const bytes = [0x61, 0xff, 0x0a];
  Deno.writeFileSync(`${layer}${PASSWD}`, new Uint8Array(bytes));
  assert.equal(readSnapshotFile(layers.snapshot(layer), PASSWD), "a\ufffd\n");
});

Deno.test("readSnapshotFiles() leaves no descriptor open", () => {
  using layers = new Layers();
  const snapshot = layers.snapshot(layers.layer("a", { [PASSWD]: "x" }));
  const before = [...Deno.readDirSync("/proc/self/fd")].length;
  readSnapshotFile(snapshot, PASSWD);
  readSnapshotFile(snapshot, "/missing");
  assert.equal([...Deno.readDirSync("/proc/self/fd")].length, before);
});

Deno.test("snapshotDirectories() lists what an overlay is made of, once", () => {
  const snapshot = snapshotIn("/c", ["/l/b", "/l/a", "/l/b"]);
  assert.deepEqual(snapshotDirectories(snapshot), ["/l/b", "/l/a", "/c"]);
});
