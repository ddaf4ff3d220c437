/**
 * Verifying images finds whatever is not as it should be, and measuring them
 * tells what `du` tells.
 *
 * @module
 */
import assert from "node:assert/strict";
import { lsetxattr } from "../../../ffi/calls/xattr.ts";
import { digestHex, digestOf } from "../../../lib/base/digest.ts";
import type { HostPaths } from "../../../lib/base/host_paths.ts";
import { removePath } from "../../../lib/base/remove_tree.ts";
import { measureDiskUsage } from "../../../lib/engine/disk_usage.ts";
import { totalBytes } from "../../../lib/engine/disk_usage_sums.ts";
import { ImageVerifier } from "../../../lib/engine/images/verify.ts";
import { blobPath } from "../../../lib/storage/content_store.ts";
import { ensureImageLayers } from "../../../lib/storage/image_layers.ts";
import type { StoredImage } from "../../../lib/storage/image_store.ts";
import { engineTest } from "../../support/engine.ts";
import { addNamedImage } from "../../support/stored_images.ts";
import {
  archive,
  directory,
  file,
  hardlink,
  header,
  pax,
  symlink,
} from "../../support/tar_builder.ts";

/** Deeper than what is told of needs descriptors. */
const DEEP = Array.from({ length: 300 }, () => "deep").join("/");
const BASE = archive(
  directory("etc", { mode: 0o751, uid: 1 }),
  file("etc/passwd", "root"),
  hardlink("etc/shadow", "etc/passwd"),
  file("large", "x".repeat(1024 * 1024 + 3)),
  pax([["SCHILY.xattr.user.a", "1"]]),
  file("attributes", ""),
  symlink("link", "etc"),
  header({ name: "device", typeflag: "3", devmajor: 1, devminor: 3 }),
  pax([["path", `${DEEP}/file`]]),
  file("long", "deep"),
);
const TOP = archive(
  directory("etc"),
  file("etc/.wh.shadow", ""),
  file("etc/.wh..wh..opq", ""),
  file("etc/new", "new"),
);

async function addImage(paths: HostPaths): Promise<StoredImage> {
  const image = await addNamedImage(paths, {
    names: ["bb"],
    layers: [BASE, TOP],
  });
  await ensureImageLayers(paths, image);
  return image;
}

async function verify(
  paths: HostPaths,
  image: StoredImage,
): Promise<string[]> {
  const problems = await new ImageVerifier(paths).verify(image);
  return problems.map((problem) =>
    problem.replace(/sha256:[0-9a-f]{64}/g, "D")
      .replace(/"[…/dep]*\/(?=file|stranger)/, '"…')
  ).sort();
}

/** What is done to the unpacked base, and what is said of it. */
const DAMAGES: Readonly<
  Record<string, readonly [damage: (base: string) => void, ...string[]]>
> = {
  "a mode": [
    (base) => Deno.chmodSync(`${base}/etc`, 0o755),
    'Layer D: "etc" has mode 0755 instead of 0751',
  ],
  "an owner": [
    (base) => Deno.chownSync(`${base}/etc`, 0, 5),
    'Layer D: "etc" belongs to 0:5 instead of 1:0',
  ],
  "a size": [
    (base) => keepingTime(`${base}/etc/passwd`, "roots"),
    'Layer D: "etc/passwd" has 5 bytes instead of 4',
  ],
  "content": [
    (base) => keepingTime(`${base}/large`, `${"x".repeat(1024 * 1024 + 2)}y`),
    'Layer D: "large" has another content',
  ],
  "a time": [
    (base) => Deno.utimeSync(`${base}/large`, 1, 1),
    'Layer D: "large" was changed at another time',
  ],
  "a target": [
    (base) => {
      Deno.removeSync(`${base}/link`);
      Deno.symlinkSync("usr", `${base}/link`);
    },
    'Layer D: "link" leads somewhere else',
    'Layer D: "link" was changed at another time',
  ],
  "a kind": [
    (base) => {
      Deno.removeSync(`${base}/device`);
      Deno.mkdirSync(`${base}/device`);
    },
    'Layer D: "device" is a file of another kind',
  ],
  "an attribute": [
    (base) =>
      lsetxattr(`${base}/attributes`, "user.a", new TextEncoder().encode("2")),
    'Layer D: "attributes" has other extended attributes',
  ],
  "an attribute that overlayfs would obey": [
    (base) =>
      lsetxattr(base, "trusted.overlay.opaque", new TextEncoder().encode("y")),
    'Layer D: "/" has other extended attributes',
  ],
  "a link": [
    (base) => {
      Deno.removeSync(`${base}/etc/shadow`);
      Deno.writeTextFileSync(`${base}/etc/shadow`, "root");
    },
    'Layer D: "etc/shadow" is linked to other names',
    'Layer D: "etc/shadow" was changed at another time',
  ],
  "a file": [
    (base) => Deno.removeSync(`${base}/${DEEP}/file`),
    'Layer D: "…file" is missing',
  ],
  "a stranger": [
    (base) => Deno.writeTextFileSync(`${base}/${DEEP}/stranger`, ""),
    'Layer D: "…stranger" should not be there',
  ],
};

function keepingTime(path: string, text: string): void {
  Deno.writeTextFileSync(path, text);
  Deno.utimeSync(path, 0, 0);
}

engineTest("ImageVerifier finds what is wrong with layers", async (roots) => {
  const { paths } = roots;
  const image = await addImage(paths);
  const [layer] = image.layers;
  assert.ok(layer);
  const base = `${paths.layers}/${digestHex(layer.chainId)}`;
  assert.deepEqual(await verify(paths, image), []);
  for (const [damage] of Object.values(DAMAGES)) damage(base);
  assert.deepEqual(
    await verify(paths, image),
    Object.values(DAMAGES).flatMap(([, ...problems]) => problems).sort(),
  );
  // What has not been unpacked cannot be wrong.
  removePath(base);
  assert.deepEqual(await verify(paths, image), []);
});

engineTest("ImageVerifier finds what is wrong with content", async (roots) => {
  const { paths } = roots;
  const image = await addImage(paths);
  const [base, top] = image.layers.map(({ blob }) =>
    blobPath(paths, blob.digest)
  );
  assert.ok(base && top);
  const bytes = await Deno.readFile(top);
  await Deno.writeFile(top, bytes.with(2048, 1));
  assert.deepEqual(await verify(paths, image), [
    "Content D is damaged: its digest is D",
    "Layer D: is D when unpacked, not D",
  ]);
  await Deno.writeFile(top, bytes.with(0, 1));
  const [, problem = ""] = await verify(paths, image);
  assert.match(problem, /^Layer D: Cannot read ".*": /);
  await Deno.truncate(top, 512);
  assert.match(
    (await verify(paths, image))[0] ?? "",
    /^Content D has 512 bytes instead of \d+$/,
  );
  await Deno.remove(top);
  assert.deepEqual(await verify(paths, image), ["Content D is missing"]);
});

engineTest(
  "ImageVerifier finds which layer is not what it is said to be",
  async (roots) => {
    const { paths } = roots;
    const honest = await addImage(paths);
    const other = archive(file("etc/stranger", "other"));
    const claimed = await digestOf(new Uint8Array(TOP));
    // The lower layers and this one are unpacked already: nobody unpacks it.
    const image = await addNamedImage(paths, {
      names: ["liar"],
      layers: [BASE, other],
      diffIds: [await digestOf(new Uint8Array(BASE)), claimed],
    });
    const [, layer] = image.layers;
    assert.ok(layer);
    const problem = `Layer ${layer.chainId}: is ${await digestOf(
      new Uint8Array(other),
    )} when unpacked, not ${claimed}`;
    const verifier = new ImageVerifier(paths);
    assert.deepEqual(await verifier.verify(honest), []);
    assert.deepEqual(await verifier.verify(image), [problem]);
    // Nor is it believed while it has not been unpacked.
    for (const { chainId } of image.layers) {
      removePath(`${paths.layers}/${digestHex(chainId)}`);
    }
    assert.deepEqual(await new ImageVerifier(paths).verify(image), [problem]);
  },
);

engineTest("measureDiskUsage() tells what du tells", async (roots) => {
  const { paths, root } = roots;
  const base = archive(file("large", "x".repeat(1024 * 1024)), file("etc/a"));
  const images = [
    await addNamedImage(paths, { names: ["base"], layers: [base] }),
    await addNamedImage(paths, { names: ["bb"], layers: [base, TOP] }),
  ];
  for (const image of images) await ensureImageLayers(paths, image);
  const volume = `${paths.volumes}/data/_data`;
  await Deno.mkdir(volume, { recursive: true });
  await Deno.writeFile(`${volume}/file`, new Uint8Array(100_000));
  const hex = "a".repeat(64);
  await Deno.writeFile(
    `${paths.blobs}/.partial-${hex}`,
    new Uint8Array(50_000),
  );
  await Deno.writeFile(`${paths.blobs}/sha256/${hex}`, new Uint8Array(70_000));
  await Deno.mkdir(`${paths.layers}/${hex}`);
  await Deno.mkdir(paths.sources);
  await Deno.writeTextFile(`${paths.sources}/1-1-1`, `v\nsha256:${hex}\n`);
  const usage = measureDiskUsage(paths);
  const { stdout } = await new Deno.Command("du", { args: ["-sB1", root] })
    .output();
  const told = Number.parseInt(new TextDecoder().decode(stdout));
  assert.ok(
    Math.abs(totalBytes(usage) - told) < told / 100,
    `${totalBytes(usage)} instead of ${told}`,
  );
  assert.ok((usage.volumes[0]?.sizeBytes ?? 0) >= 100_000);
  assert.ok(usage.leftoverBytes >= 120_000);
  const small = usage.images.find(({ image }) => image.layers.length === 1);
  // All but its manifest and its config the other has, too.
  assert.ok(small && small.sharedBytes > 2 * 1024 ** 2);
  assert.ok(small.sizeBytes - small.sharedBytes <= 16384);
});
