import assert from "node:assert/strict";
import { lgetxattr } from "../../../ffi/calls/xattr.ts";
import { digestOf } from "../../../lib/base/digest.ts";
import { IntegrityError } from "../../../lib/base/errors.ts";
import { type HostPaths, hostPaths } from "../../../lib/base/host_paths.ts";
import { blobPath } from "../../../lib/storage/content_store.ts";
import { ensureImageLayers } from "../../../lib/storage/image_layers.ts";
import {
  addImage,
  listImages,
  listReferences,
  readImage,
  readImageDocument,
  readReference,
  removeImageRecord,
  removeReference,
  setReference,
} from "../../../lib/storage/image_store.ts";
import { addTestImage } from "../../support/image_builder.ts";
import { rootTest } from "../../support/root.ts";
import { archive, directory, file, pax } from "../../support/tar_builder.ts";

class Store implements Disposable {
  readonly root = Deno.makeTempDirSync({ dir: "/var/tmp", prefix: "images-" });
  readonly paths: HostPaths = hostPaths({
    root: this.root,
    runRoot: `${this.root}/run`,
  });

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

const { lstatSync: status, readTextFileSync: textOf } = Deno;

function namesIn(path: string): string[] {
  return [...Deno.readDirSync(path)].map(({ name }) => name);
}

const BASE = archive(
  directory("./", { mode: 0o751 }),
  directory("a/", { mode: 0o700, uid: 5, gid: 6, mtime: 1000 }),
  file("a/x", "x"),
  directory("b/"),
  file("b/y", "y"),
  directory("c/", { mode: 0o711 }),
  file("c/z", "z"),
);

rootTest(
  "ensureImageLayers() turns whiteouts into marks of overlayfs",
  async () => {
    using store = new Store();
    const { paths } = store;
    const image = await addTestImage(paths, [
      BASE,
      archive(
        file("a/.wh.x", ""),
        file("b/.wh..wh..opq", ""),
        file(".wh.c", ""),
        file("c/new", "n"),
        file("a/.wh..wh.plnk", ""),
      ),
      archive(),
    ]);
    const [top = "", middle = "", base = ""] = await ensureImageLayers(
      paths,
      image,
    );
    assert.deepEqual(namesIn(top), []);
    const whiteout = status(`${middle}/a/x`);
    assert(whiteout.isCharDevice);
    assert.equal(whiteout.rdev, 0);
    for (const name of ["b", "c"]) {
      const value = lgetxattr(`${middle}/${name}`, "trusted.overlay.opaque");
      assert.deepEqual(value, new TextEncoder().encode("y"));
    }
    assert.equal(textOf(`${middle}/c/new`), "n");
    assert(status(`${base}/c/z`).isFile);
    assert.deepEqual(namesIn(`${middle}/a`).length, 1);
    // Known now, and in the same place for any image that begins like this one.
    assert.deepEqual(await ensureImageLayers(paths, image), [
      top,
      middle,
      base,
    ]);
  },
);

rootTest(
  "ensureImageLayers() gives directories what the layers below say",
  async () => {
    using store = new Store();
    const image = await addTestImage(store.paths, [
      BASE,
      archive(file("a/new", ""), file("d/new", ""), file(".wh.c", "")),
      archive(file("c/new", "")),
    ]);
    const [top = "", middle = ""] = await ensureImageLayers(store.paths, image);
    const { mode, uid, gid, mtime } = status(`${middle}/a`);
    assert.deepEqual([mode, uid, gid, mtime?.getTime()], [
      0o40700,
      5,
      6,
      1_000_000,
    ]);
    assert.equal(status(`${middle}/d`).mode, 0o40755);
    assert.equal(status(middle).mode, 0o40751);
    assert.equal(status(top).mode, 0o40751);
    // The one of the lowest layer is gone.
    assert.equal(status(`${top}/c`).mode, 0o40755);
  },
);

rootTest(
  "ensureImageLayers() does not look below what hides it",
  async () => {
    using store = new Store();
    const image = await addTestImage(store.paths, [
      archive(directory("a/"), directory("a/b/c/", { mode: 0o711 })),
      archive(file("a/.wh..wh..opq", ""), directory("a/b/")),
      archive(file("a/b/c/new", "")),
    ]);
    const [top = ""] = await ensureImageLayers(store.paths, image);
    assert.equal(status(`${top}/a/b/c`).mode, 0o40755);
  },
);

// A small hostile archive once kept this busy for minutes.
rootTest("ensureImageLayers() takes names as deep as they can be", async () => {
  using store = new Store();
  const image = await addTestImage(store.paths, [
    BASE,
    archive(pax([["path", `${"n/".repeat(2000)}f`]]), file("f", "")),
  ]);
  const begunMs = performance.now();
  const [top = ""] = await ensureImageLayers(store.paths, image);
  assert(performance.now() - begunMs < 30_000);
  assert(status(`${top}/${"n/".repeat(1000)}`).isDirectory);
});

rootTest(
  "ensureImageLayers() refuses a layer that is another one",
  async () => {
    using store = new Store();
    const other = await digestOf(new TextEncoder().encode("other"));
    const image = await addTestImage(store.paths, [BASE], [other]);
    await assert.rejects(
      ensureImageLayers(store.paths, image),
      (error) =>
        error instanceof IntegrityError && /and not sha256/.test(error.message),
    );
    assert.deepEqual(namesIn(store.paths.layers), []);
  },
);

rootTest("addImage() refuses an image whose content is not there", async () => {
  using store = new Store();
  const image = await addTestImage(store.paths, [BASE]);
  const [layer] = image.layers;
  assert(layer);
  await Deno.remove(blobPath(store.paths, layer.blob.digest));
  assert.deepEqual(await addImage(store.paths, image.manifest), image);
  removeImageRecord(store.paths, image.manifest.digest);
  await assert.rejects(addImage(store.paths, image.manifest), /is missing/);
  assert.deepEqual(listImages(store.paths), []);
});

rootTest("an image is found by its names", async () => {
  using store = new Store();
  const { paths } = store;
  assert.deepEqual(listReferences(paths), []);
  const image = await addTestImage(paths, [BASE]);
  const { digest } = image.manifest;
  const names = [
    "docker.io/library/bb:latest",
    "docker.io/library/bb:v1.new-2",
    `host:5000/${"a/".repeat(110)}b:${"t".repeat(120)}`,
  ];
  for (const name of names) {
    await setReference(paths, name, digest);
    assert.equal(await readReference(paths, name), digest);
  }
  assert.deepEqual(listReferences(paths).map(({ name }) => name), names);
  assert.deepEqual(listImages(paths), [image]);
  assert.deepEqual(readImage(paths, digest), image);
  assert.equal(image.createdMs, Date.parse("2020-01-02T03:04:05Z"));
  assert.deepEqual(readImageDocument(paths, image).config.Cmd, ["sh"]);
  for (const name of names) {
    await removeReference(paths, name);
    await removeReference(paths, name);
    assert.equal(await readReference(paths, name), undefined);
  }
});
