import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { digestHex } from "../../../../lib/base/digest.ts";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import {
  type LoadedImage,
  loadImages,
} from "../../../../lib/engine/images/load.ts";
import { LAYER_TYPES } from "../../../../lib/oci/media_types.ts";
import { parsePlatform } from "../../../../lib/oci/platform.ts";
import { openImageFiles } from "../../../../lib/storage/archive/open_image_files.ts";
import type { FilesOrigin } from "../../../../lib/storage/archive/origin.ts";
import {
  listImages,
  listReferences,
} from "../../../../lib/storage/image_store.ts";
import {
  blobName,
  blobsOf,
  descriptorOf,
  digest,
  dockerSave,
  json,
  makeImage,
  type Members,
  ociLayout,
  pack,
  writeTo,
} from "../../../support/image_archives.ts";
import { rootTest } from "../../../support/root.ts";
import {
  archive,
  directory,
  file,
  header,
  pax,
} from "../../../support/tar_builder.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const NOISE = Uint8Array.from(
  { length: 300_000 },
  (_, i) => Math.imul(i, 0x9e3779b1) >>> 24,
);
const LOWER = archive(
  directory("etc/"),
  file("etc/a", "1"),
  file("big", NOISE),
);
const UPPER = archive(file("etc/b", "2"), file("etc/.wh.a", ""));

/** A store for one test. */
class Store extends TemporaryDirectory {
  readonly paths = hostPaths({
    root: `${this.path}/root`,
    runRoot: `${this.path}/run`,
  });

  async load(
    origin: FilesOrigin,
    platform?: string,
  ): Promise<LoadedImage[] | undefined> {
    using files = await openImageFiles(this.paths, origin);
    return await loadImages(
      this.paths,
      files,
      platform === undefined ? undefined : parsePlatform(platform),
    );
  }

  async loadBytes(bytes: Uint8Array): Promise<LoadedImage[] | undefined> {
    const path = `${this.path}/x.tar`;
    await Deno.writeFile(path, bytes);
    return await this.load({ kind: "file", path });
  }

  namesIn(directory: string): string[] {
    try {
      return [...Deno.readDirSync(directory)].map(({ name }) => name).sort();
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return [];
      throw error;
    }
  }

  /** No image, no name, no layer, nothing half-made. */
  assertNothing(): void {
    assert.deepEqual(listImages(this.paths), []);
    assert.deepEqual(listReferences(this.paths), []);
    assert.deepEqual(this.namesIn(this.paths.layers), []);
    assert.deepEqual(this.namesIn(`${this.paths.blobs}/sha256`), []);
  }
}

/** The forms in which the same members can come. */
const FORMS: Readonly<Record<string, (members: Members) => Uint8Array>> = {
  "a file": pack,
  "a file, backwards": (members) =>
    pack(Object.fromEntries(Object.entries(members).reverse())),
  "a file packed by gzip": (members) => gzipSync(pack(members)),
  "a file packed by zstd": (members) => zstdCompressSync(pack(members)),
};

for (const [form, make] of Object.entries(FORMS)) {
  rootTest(`loadImages() loads what docker saves from ${form}`, async () => {
    using store = new Store();
    const image = await makeImage([LOWER, UPPER]);
    const members = await dockerSave(image, ["bb:1", "team/bb:x"]);
    const [loaded, ...others] = await store.loadBytes(make(members)) ?? [];
    assert.deepEqual(others, []);
    assert.equal(loaded?.image.config.digest, image.configDigest);
    assert.deepEqual(loaded?.references, [
      "docker.io/library/bb:1",
      "docker.io/team/bb:x",
    ]);
    assert.deepEqual(
      listReferences(store.paths).map(({ name }) => name),
      loaded?.references,
    );
    const [lower, upper] = loaded?.image.layers ?? [];
    const top = `${store.paths.layers}/${
      digestHex(upper?.chainId ?? image.configDigest)
    }`;
    assert.equal(await Deno.readTextFile(`${top}/etc/b`), "2");
    assert.ok((await Deno.lstat(`${top}/etc/a`)).isCharDevice);
    const bottom = `${store.paths.layers}/${
      digestHex(lower?.chainId ?? image.configDigest)
    }`;
    assert.deepEqual(await Deno.readFile(`${bottom}/big`), NOISE);
  });

  rootTest(`loadImages() loads an OCI layout from ${form}`, async () => {
    using store = new Store();
    const image = await makeImage([LOWER, UPPER], {
      pack: (layer) => gzipSync(layer),
      mediaType: LAYER_TYPES.gzip,
    });
    const annotations = {
      "org.opencontainers.image.ref.name": "v1",
      "io.containerd.image.name": "docker.io/library/bb:v1",
    };
    const members = ociLayout(await blobsOf(image), [
      descriptorOf(image, { annotations }),
    ]);
    const [loaded] = await store.loadBytes(make(members)) ?? [];
    // The manifest is the one that came, not one made of it.
    assert.equal(loaded?.image.manifest.digest, image.manifestDigest);
    assert.deepEqual(loaded?.names, ["docker.io/library/bb:v1", "v1"]);
    assert.deepEqual(loaded?.references, ["docker.io/library/bb:v1"]);
  });
}

rootTest("loadImages() loads a directory with a layout", async () => {
  using store = new Store();
  const image = await makeImage([LOWER]);
  const path = `${store.path}/layout`;
  writeTo(path, ociLayout(await blobsOf(image), [descriptorOf(image)]));
  const [loaded] = await store.load({ kind: "directory", path }) ?? [];
  assert.equal(loaded?.image.config.digest, image.configDigest);
  assert.deepEqual(loaded?.references, []);
});

rootTest("loadImages() reads nothing that is there already", async () => {
  using store = new Store();
  const image = await makeImage([LOWER, UPPER]);
  const bytes = pack(await dockerSave(image, null));
  const [first] = await store.loadBytes(bytes) ?? [];
  const before = store.namesIn(store.paths.layers);
  const [second] = await store.loadBytes(bytes) ?? [];
  assert.deepEqual(second, first);
  assert.deepEqual(store.namesIn(store.paths.layers), before);
});

rootTest(
  "loadImages() finds layers behind links, and the same one twice",
  async () => {
    using store = new Store();
    const image = await makeImage([LOWER, LOWER]);
    const [layer] = image.layers;
    const name = `${digestHex(await digest(layer ?? LOWER))}.tar`;
    const members: Members = {
      "one/layer.tar": { link: `../${name}` },
      "two": { link: "one" },
      [name]: layer ?? LOWER,
      "config": image.config,
      "manifest.json": json([{
        Config: "config",
        RepoTags: ["bb:1"],
        Layers: ["one/layer.tar", "two/layer.tar"],
      }]),
    };
    const [loaded] = await store.loadBytes(pack(members)) ?? [];
    assert.equal(loaded?.image.layers.length, 2);
  },
);

rootTest(
  "loadImages() takes the image that runs here, or the one asked for",
  async () => {
    const here = await makeImage([LOWER]);
    const there = await makeImage([UPPER], { architecture: "s390x" });
    const nested = json({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [
        descriptorOf(there, {
          platform: { os: "linux", architecture: "s390x" },
        }),
        descriptorOf(here, {
          platform: { os: "linux", architecture: "amd64" },
        }),
        descriptorOf(here, {
          platform: { os: "unknown", architecture: "unknown" },
        }),
      ],
    });
    const name = await digest(nested);
    const members = ociLayout({
      ...await blobsOf(here, there),
      [blobName(name)]: nested,
    }, [{
      mediaType: "application/vnd.oci.image.index.v1+json",
      digest: name,
      size: nested.length,
      annotations: { "org.opencontainers.image.ref.name": "bb:1" },
    }]);
    const wanted = [["linux/amd64", here], ["linux/s390x", there]] as const;
    for (const [platform, image] of wanted) {
      using store = new Store();
      const path = `${store.path}/x.tar`;
      await Deno.writeFile(path, pack(members));
      const [loaded] = await store.load({ kind: "file", path }, platform) ?? [];
      assert.equal(loaded?.image.config.digest, image.configDigest);
      assert.deepEqual(loaded?.references, ["docker.io/library/bb:1"]);
      await assert.rejects(
        store.load({ kind: "file", path }, "linux/riscv64"),
        /no image in it is for linux\/riscv64, but for linux\/s390x, linux\/amd64$/,
      );
    }
  },
);

rootTest("loadImages() reads what docker saved before 1.10", async () => {
  using store = new Store();
  const [top, base] = ["a".repeat(64), "b".repeat(64)];
  const members: Members = {
    [`${base}/VERSION`]: new TextEncoder().encode("1.0"),
    [`${base}/json`]: json({ id: base, created: "2014-01-01T00:00:00Z" }),
    [`${base}/layer.tar`]: LOWER,
    [`${top}/json`]: json({
      id: top,
      parent: base,
      architecture: "amd64",
      os: "linux",
      created: "2014-01-02T00:00:00Z",
      container_config: { Cmd: ["/bin/sh", "-c", "a && b"] },
      config: { Cmd: ["run"] },
    }),
    [`${top}/layer.tar`]: UPPER,
    "repositories": json({ "bb": { "old": top } }),
  };
  const [loaded] = await store.loadBytes(pack(members)) ?? [];
  assert.deepEqual(loaded?.references, ["docker.io/library/bb:old"]);
  assert.deepEqual(
    loaded?.image.layers.map(({ diffId }) => diffId),
    [await digest(LOWER), await digest(UPPER)],
  );
  const { digest: id } = loaded?.image.config ?? { digest: "" };
  const config = await Deno.readTextFile(
    `${store.paths.blobs}/sha256/${id.slice("sha256:".length)}`,
  );
  assert.equal(
    config,
    '{"architecture":"amd64","config":{"Cmd":["run"]},"container_config":' +
      '{"Cmd":["/bin/sh","-c","a \\u0026\\u0026 b"]},"created":' +
      '"2014-01-02T00:00:00Z","history":[{"created":"2014-01-01T00:00:00Z"},' +
      '{"created":"2014-01-02T00:00:00Z","created_by":"/bin/sh -c a ' +
      '\\u0026\\u0026 b"}],"os":"linux","rootfs":{"type":"layers","diff_ids":' +
      `["${await digest(LOWER)}","${await digest(UPPER)}"]}}`,
  );
});

rootTest("loadImages() says that there are no images", async () => {
  using store = new Store();
  assert.equal(await store.loadBytes(LOWER), undefined);
  store.assertNothing();
});

const IMAGE = await makeImage([UPPER]);
const SAVED = await dockerSave(IMAGE, ["bb:1"]);
const LAYOUT = ociLayout(await blobsOf(IMAGE), [descriptorOf(IMAGE)]);
const LYING = await makeImage([UPPER], { diffIds: [await digest(LOWER)] });
const MISSING = json([{ Config: "c", RepoTags: null, Layers: ["../../x"] }]);
const ABSENT = `sha256:${"0".repeat(64)}`;

const HOSTILE: Readonly<Record<string, [Uint8Array, RegExp]>> = {
  "a config that is not what its name says": [
    pack({ ...SAVED, [`${digestHex(IMAGE.configDigest)}.json`]: json({}) }),
    /is damaged, its digest is not sha256:/,
  ],
  "a layer that is not what the config says": [
    pack(await dockerSave(LYING, null)),
    /its digest, unpacked, is sha256:\w+ and not sha256:/,
  ],
  "a packed layer that is not what the config says": [
    gzipSync(pack(await dockerSave(LYING, null))),
    /its digest, unpacked, is sha256:\w+ and not sha256:/,
  ],
  "a blob that is not what its name says": [
    pack({
      ...LAYOUT,
      [blobName(await digest(UPPER))]: LOWER.slice(0, UPPER.length),
    }),
    /(?:its digest|is damaged|ends in the middle)/,
  ],
  "a manifest of another size": [
    pack(ociLayout(await blobsOf(IMAGE), [descriptorOf(IMAGE, { size: 7 })])),
    /has \d+ bytes instead of 7$/,
  ],
  "a manifest that is missing": [
    pack(ociLayout({}, [descriptorOf(IMAGE, { digest: ABSENT })])),
    /it has no "blobs\/sha256\/0{64}"$/,
  ],
  "an index within itself without end": [
    pack(await recursiveIndex()),
    /is damaged|leads to no image|has no "/,
  ],
  "a layer outside": [
    pack({ c: IMAGE.config, "manifest.json": MISSING }),
    /it has no "\.\.\/\.\.\/x"$/,
  ],
  "a layer behind a link that leads out": [
    pack({
      c: IMAGE.config,
      l: { link: "../../../etc/passwd" },
      "manifest.json": json([{ Config: "c", RepoTags: null, Layers: ["l"] }]),
    }),
    /it has no "l"$/,
  ],
  "a layer behind links in a circle": [
    pack({
      c: IMAGE.config,
      l: { link: "m" },
      m: { link: "l" },
      "manifest.json": json([{ Config: "c", RepoTags: null, Layers: ["l"] }]),
    }),
    /it has no "l"$/,
  ],
  "a name that leads out": [
    archive(file("../x", "1"), file("manifest.json", "[]")),
    /contains "\.\."$/,
  ],
  "a device": [
    archive(header({ name: "x", typeflag: "3", devmajor: 1, devminor: 3 })),
    /is a device or a fifo$/,
  ],
  "an absurdly long name": [
    archive(pax([["path", "x".repeat(5000)]]), file("x", "1")),
    /has an absurdly long name$/,
  ],
  "a list of images that is huge": [
    archive(file("manifest.json", new Uint8Array(5_000_000).fill(0x20))),
    /bytes are too many for "manifest.json"$/,
  ],
  "a list of images that is none": [
    archive(file("manifest.json", "{}")),
    /the object is not an array$/,
  ],
  "a list of images that claims more than there is": [
    archive(header({ name: "manifest.json", size: 100_000 })),
    /the archive ends in the middle of/,
  ],
  "a layer for each of too many names": [
    pack({
      c: IMAGE.config,
      "manifest.json": json([{ Config: "c", RepoTags: null, Layers: [] }]),
    }),
    /an image has 0 layers, its config says 1$/,
  ],
};

async function recursiveIndex(): Promise<Members> {
  let bytes = json({ schemaVersion: 2, manifests: [] });
  const blobs: Record<string, Uint8Array> = {};
  const mediaType = "application/vnd.oci.image.index.v1+json";
  for (let depth = 0; depth < 20; depth++) {
    const name = await digest(bytes);
    blobs[blobName(name)] = bytes;
    const manifests = [{ mediaType, digest: name, size: bytes.length }];
    bytes = json({ schemaVersion: 2, mediaType, manifests });
  }
  return { ...blobs, "index.json": bytes };
}

for (const [claim, [bytes, reason]] of Object.entries(HOSTILE)) {
  rootTest(`loadImages() refuses ${claim}, and leaves nothing`, async () => {
    using store = new Store();
    await assert.rejects(store.loadBytes(bytes), (error: Error) => {
      assert.match(error.message, reason);
      assert.match(error.name, /^(?:Integrity|Spec|NotFound)Error$/);
      return true;
    });
    store.assertNothing();
  });
}
