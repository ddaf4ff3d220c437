import assert from "node:assert/strict";
import { NotFoundError } from "../../../lib/base/errors.ts";
import { resolveImageSource } from "../../../lib/storage/image_source.ts";

/** Two directories to look in, and files in them. */
class Place implements Disposable {
  readonly root = Deno.makeTempDirSync({ prefix: "images-" });
  readonly searchPath = [`${this.root}/one`, `${this.root}/two`];

  constructor(...files: string[]) {
    for (const path of this.searchPath) Deno.mkdirSync(path);
    for (const file of files) this.add(file);
  }

  add(file: string): void {
    const path = `${this.root}/${file}`;
    Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    if (!path.endsWith("/")) Deno.writeTextFileSync(path, "");
  }

  /** What a name stands for: its kind, and its path in this place. */
  resolve(name: string): string {
    const { kind, path } = resolveImageSource(name, this.searchPath);
    return `${kind} ${path.replace(`${this.root}/`, "")}`;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

Deno.test("resolveImageSource() takes paths as they are", () => {
  using place = new Place("x.tar", "rootfs/bin/sh", "noext");
  assert.equal(place.resolve(`${place.root}/x.tar`), "archive x.tar");
  assert.equal(place.resolve(`${place.root}/noext`), "archive noext");
  assert.equal(place.resolve(`${place.root}/rootfs`), "directory rootfs");
  assert.equal(resolveImageSource(".", []).kind, "directory");
  assert.equal(resolveImageSource("./deno.json", []).path, "./deno.json");
});

Deno.test("resolveImageSource() finds names with every suffix, in order", () => {
  const suffixes = [".tar", ".tar.gz", ".tgz", ".tar.zst"];
  for (const suffix of suffixes) {
    using place = new Place(`two/busybox${suffix}`);
    const found = `archive two/busybox${suffix}`;
    assert.equal(place.resolve("busybox"), found);
    assert.equal(place.resolve("busybox:latest"), found);
    assert.equal(place.resolve(`busybox${suffix}`), found);
    place.add("one/busybox.tgz");
    assert.equal(place.resolve("busybox"), "archive one/busybox.tgz");
  }
});

Deno.test("resolveImageSource() takes no recipe for an image", () => {
  using place = new Place("one/busybox/build.ts", "one/busybox.tar");
  assert.equal(place.resolve("busybox"), "archive one/busybox.tar");
  place.add("one/tree/bin/sh");
  assert.equal(place.resolve("tree"), "directory one/tree");
});

Deno.test("resolveImageSource() says what it looked for, and where", () => {
  using place = new Place();
  const [one, two] = place.searchPath;
  assert.throws(() => place.resolve("none"), (error) => {
    assert.ok(error instanceof NotFoundError);
    assert.equal(
      error.message,
      `Cannot find image "none": no "none.tar" (or .tar.gz, .tgz, ` +
        `.tar.zst) in "${one}", "${two}"`,
    );
    assert.ok(error.advice);
    return true;
  });
  assert.throws(() => place.resolve("none.tar"), {
    message:
      `Cannot find image "none.tar": no such file here or in "${one}", ` +
      `"${two}"`,
  });
  for (const name of ["./none.tar", "/none/x", "none:1.0", "", "busybox:"]) {
    assert.throws(() => place.resolve(name), NotFoundError, name);
  }
});
