/**
 * What removing images says, and what it leaves.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openat } from "../../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDONLY } from "../../../../ffi/constants/fcntl.ts";
import { digestHex } from "../../../../lib/base/digest.ts";
import { type HostPaths, hostPaths } from "../../../../lib/base/host_paths.ts";
import {
  type ContainerId,
  createContainerId,
} from "../../../../lib/base/identifiers.ts";
import { namesIn } from "../../../../lib/base/names_in.ts";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import { writeExit } from "../../../../lib/engine/containers/exit_record.ts";
import { PRUNE_ALL } from "../../../../lib/engine/containers/prune.ts";
import {
  containerDirectory,
  writeConfig,
} from "../../../../lib/engine/containers/records.ts";
import { holdLayers } from "../../../../lib/engine/images/hold_layers.ts";
import { listNamedImages } from "../../../../lib/engine/images/named_images.ts";
import {
  type ImagePruneOptions,
  pruneImages,
} from "../../../../lib/engine/images/prune.ts";
import {
  type RemoveImageOptions,
  removeImages,
} from "../../../../lib/engine/images/remove_image.ts";
import { tryLock } from "../../../../lib/storage/file_lock.ts";
import type { StoredImage } from "../../../../lib/storage/image_store.ts";
import { containerConfig } from "../../../support/run_options.ts";
import {
  addNamedImage,
  type ImageWishes,
  layerOf,
} from "../../../support/stored_images.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const {
  mkdirSync: makeDirectory,
  statSync: status,
  writeTextFileSync: writeText,
} = Deno;

/** A store whose layers are as good as unpacked. */
class Store extends TemporaryDirectory {
  readonly paths: HostPaths = hostPaths({
    root: this.path,
    runRoot: `${this.path}/run`,
  });
  readonly warnings: string[] = [];
  readonly engine = {
    paths: this.paths,
    warn: (message: string) => void this.warnings.push(message),
  };

  async add(wishes: ImageWishes): Promise<StoredImage> {
    const image = await addNamedImage(this.paths, wishes);
    for (const { chainId } of image.layers) {
      const directory = `${this.paths.layers}/${digestHex(chainId)}`;
      makeDirectory(directory, { recursive: true });
    }
    makeDirectory(this.paths.layers, { recursive: true });
    return image;
  }

  addContainer(
    { config, manifest, layers }: StoredImage,
    changes: Partial<ContainerConfig> = {},
  ): ContainerId {
    const id = createContainerId();
    makeDirectory(containerDirectory(this.paths, id), { recursive: true });
    writeConfig(
      this.paths,
      containerConfig({
        id,
        name: "web",
        imageId: config.digest,
        imageManifest: manifest.digest,
        layers: layers.map(({ chainId }) =>
          `${this.paths.layers}/${digestHex(chainId)}`
        ).reverse(),
        ...changes,
      }),
    );
    writeExit(this.paths, id, {
      exitCode: 0,
      startedMs: 0,
      finishedMs: 0,
      oomKilled: false,
      restartCount: 0,
    });
    return id;
  }

  /** What was said; failures begin with an exclamation mark. */
  async remove(
    references: readonly string[],
    options: Partial<RemoveImageOptions> = {},
  ): Promise<string[]> {
    const said: string[] = [];
    await removeImages(this.engine, references, {
      force: false,
      content: "remove",
      ...options,
      onRemoved: (lines) => void said.push(...lines),
      onFailed: (error) =>
        void said.push(`!${error instanceof Error ? error.message : error}`),
    });
    return said;
  }

  async prune(
    options: Partial<ImagePruneOptions> = {},
  ): Promise<readonly string[]> {
    const { ids } = await pruneImages(this.engine, {
      which: "dangling",
      mode: "remove",
      filter: PRUNE_ALL,
      ...options,
    });
    return ids;
  }

  /** How many blobs, layers, records and names there are. */
  counts(): number[] {
    const { blobs, layers, manifests, references } = this.paths;
    return [`${blobs}/sha256`, layers, manifests, references]
      .map((directory) => namesIn(directory).length);
  }
}

const deleted = (image: StoredImage): string =>
  `Deleted: ${image.config.digest}`;
const deletedLayers = ({ layers }: StoredImage, count: number): string[] =>
  layers.slice(-count).reverse().map(({ chainId }) => `Deleted: ${chainId}`);
const short = ({ config }: StoredImage): string =>
  digestHex(config.digest).slice(0, 12);

Deno.test("removeImages() takes names away one by one", async () => {
  using store = new Store();
  const image = await store.add({
    names: ["bb:1", "bb"],
    layers: [layerOf("a")],
  });
  assert.deepEqual(await store.remove(["bb"]), ["Untagged: bb:latest"]);
  assert.deepEqual(await store.remove(["bb"]), ["!No such image: bb:latest"]);
  const [layer] = image.layers;
  makeDirectory(store.paths.sources);
  writeText(`${store.paths.sources}/8-1-1`, `v\n${layer?.diffId}\n`);
  // An archive that was run without being made an image.
  const archive = "f".repeat(64);
  makeDirectory(`${store.paths.layers}/${archive}`);
  writeText(`${store.paths.sources}/8-1-2`, `v\nsha256:${archive}\n`);
  assert.deepEqual(await store.remove(["docker.io/library/bb:1"]), [
    "Untagged: bb:1",
    deleted(image),
    ...deletedLayers(image, 1),
  ]);
  assert.deepEqual(store.counts(), [0, 1, 0, 0]);
  assert.deepEqual(namesIn(store.paths.sources), ["8-1-2"]);
});

Deno.test("removeImages() takes digests along with the last tag", async () => {
  using store = new Store();
  const digest = `@sha256:${"d".repeat(64)}`;
  const image = await store.add({ names: ["bb:1", "bb:2", `bb${digest}`] });
  assert.deepEqual(await store.remove(["bb:1"]), ["Untagged: bb:1"]);
  assert.deepEqual(await store.remove(["bb:2"]), [
    "Untagged: bb:2",
    `Untagged: bb${digest}`,
    deleted(image),
  ]);
  const other = await store.add({ names: ["bb:1", `cc${digest}`] });
  assert.deepEqual(await store.remove(["bb:1"]), ["Untagged: bb:1"]);
  assert.deepEqual(await store.remove([`cc${digest}`]), [
    `Untagged: cc${digest}`,
    deleted(other),
  ]);
  const tagged = await store.add({ names: ["bb:1", `bb${digest}`] });
  assert.deepEqual(await store.remove([`bb${digest}`]), [
    `Untagged: bb${digest}`,
  ]);
  assert.deepEqual(await store.remove(["bb:1"]), [
    "Untagged: bb:1",
    deleted(tagged),
  ]);
});

Deno.test("removeImages() by id wants force for several names", async () => {
  using store = new Store();
  const image = await store.add({ names: ["bb:1", "cc"] });
  assert.deepEqual(await store.remove([short(image)]), [
    `!conflict: unable to delete ${
      short(image)
    } (must be forced) - image is referenced in multiple repositories`,
  ]);
  assert.deepEqual(await store.remove([short(image)], { force: true }), [
    "Untagged: bb:1",
    "Untagged: cc:latest",
    deleted(image),
  ]);
  const one = await store.add({ names: ["one"] });
  assert.deepEqual(await store.remove([one.config.digest]), [
    "Untagged: one:latest",
    deleted(one),
  ]);
  const dangling = await store.add({});
  assert.deepEqual(await store.remove([short(dangling)]), [deleted(dangling)]);
  assert.deepEqual(store.counts(), [0, 0, 0, 0]);
});

Deno.test("removeImages() keeps what other images need", async () => {
  using store = new Store();
  const base = layerOf("base");
  const small = await store.add({ names: ["small"], layers: [base] });
  const large = await store.add({
    names: ["large"],
    layers: [base, layerOf("more")],
  });
  await store.add({
    names: ["other"],
    layers: [layerOf("below"), base],
  });
  assert.deepEqual(await store.remove(["large"]), [
    "Untagged: large:latest",
    deleted(large),
    ...deletedLayers(large, 1),
  ]);
  // The blob of the base is that of the other's upper layer, too.
  assert.deepEqual(await store.remove(["small"]), [
    "Untagged: small:latest",
    deleted(small),
    ...deletedLayers(small, 1),
  ]);
  assert.deepEqual(store.counts(), [4, 2, 1, 1]);
  assert.deepEqual((await store.remove(["other"])).length, 4);
  assert.deepEqual(store.counts(), [0, 0, 0, 0]);
});

Deno.test("removeImages() says which container uses an image", async () => {
  using store = new Store();
  const image = await store.add({ names: ["bb"], layers: [layerOf("a")] });
  const id = store.addContainer(image);
  const user = `${id.slice(0, 12)} (web)`;
  assert.deepEqual(await store.remove(["bb", short(image)]), [
    `!conflict: unable to remove repository reference "bb" (must force) - ` +
    `container ${user} is using its referenced image ${short(image)}`,
    `!conflict: unable to delete ${short(image)} (must be forced) - ` +
    `image is being used by stopped container ${user}`,
  ]);
  assert.deepEqual(await store.remove(["bb"], { force: true }), [
    "Untagged: bb:latest",
    deleted(image),
  ]);
  // The container can still be started, and committed.
  assert.deepEqual(store.counts(), [3, 1, 0, 0]);
  assert.deepEqual(await store.prune({ which: "unused" }), []);
  assert.deepEqual(store.counts(), [3, 1, 0, 0]);
  await Deno.remove(containerDirectory(store.paths, id), {
    recursive: true,
  });
  await store.prune();
  assert.deepEqual(store.counts(), [0, 0, 0, 0]);
});

Deno.test("removeImages() sees images among a container's files", async () => {
  using store = new Store();
  const [image, other] = [
    await store.add({ names: ["data"], layers: [layerOf("a")] }),
    await store.add({ names: ["bb"], layers: [layerOf("b")] }),
  ];
  const [{ chainId } = { chainId: "" }] = image.layers;
  store.addContainer(other, {
    imageMounts: [{
      image: "data",
      destination: "/data",
      layers: [`${store.paths.layers}/${chainId.slice("sha256:".length)}`],
    }],
  });
  const [said = ""] = await store.remove(["data"]);
  assert.match(said, /^!conflict: .* is using its referenced image /);
  assert.deepEqual(await store.prune({ which: "unused" }), []);
});

Deno.test("removeImages() leaves content while the store is in use", async () => {
  using store = new Store();
  const names = ["a", "b"];
  for (const name of names) {
    await store.add({ names: [name], layers: [layerOf(name)] });
  }
  const now = performance.now;
  let time = 0;
  performance.now = () => time += 20_000;
  try {
    using _held = holdLayers(store.paths);
    assert.equal((await store.remove(names)).length, 4);
  } finally {
    performance.now = now;
  }
  assert.equal(store.warnings.length, 1);
  assert.deepEqual(store.counts(), [6, 2, 0, 0]);
  assert.equal((await store.prune()).length, 2);
  assert.deepEqual(store.counts(), [0, 0, 0, 0]);
});

Deno.test("removeImages() leaves content if told to", async () => {
  using store = new Store();
  await store.add({ names: ["a"], layers: [layerOf("a")] });
  await store.remove(["a"], { content: "keep" });
  assert.deepEqual(store.counts(), [3, 1, 0, 0]);
});

Deno.test("pruneImages() removes images that nothing needs", async () => {
  using store = new Store();
  const kept = await store.add({ names: ["used"], layers: [layerOf("u")] });
  store.addContainer(kept);
  const dangling = await store.add({ layers: [layerOf("d")] });
  const named = await store.add({ names: ["n"], layers: [layerOf("n")] });
  const lines = (image: StoredImage, ...names: string[]): string[] => [
    ...names.map((name) => `untagged: ${name}`),
    `deleted: ${image.config.digest}`,
    ...image.layers.map(({ chainId }) => `deleted: ${chainId}`),
  ];
  const dryRun = await store.prune({ mode: "dry-run" });
  assert.deepEqual(dryRun, lines(dangling));
  assert.deepEqual(await store.prune(), lines(dangling));
  assert.deepEqual(
    await store.prune({ which: "unused" }),
    lines(named, "n:latest"),
  );
  assert.equal(listNamedImages(store.paths).length, 1);
  assert.deepEqual(store.counts(), [3, 1, 1, 1]);
});

Deno.test("pruneImages() goes by age and labels", async () => {
  using store = new Store();
  const config = { Labels: { keep: "no" } };
  await store.add({ names: ["labelled"], document: { config } });
  const created = "2024-01-01T00:00:00Z";
  await store.add({ names: ["new"], document: { created } });
  const filter = { ...PRUNE_ALL, labels: ["keep=no"] };
  const untilMs = Date.parse("2023-01-01");
  const old = { ...PRUNE_ALL, untilMs, withoutLabels: ["keep"] };
  assert.deepEqual(await store.prune({ which: "unused", filter: old }), []);
  const [first] = await store.prune({ which: "unused", filter });
  assert.equal(first, "untagged: labelled:latest");
  assert.deepEqual(
    listNamedImages(store.paths).flatMap(({ names }) => names),
    ["docker.io/library/new:latest"],
  );
});

Deno.test("pruneImages() removes what was left over", async () => {
  using store = new Store();
  const image = await store.add({ names: ["bb"], layers: [layerOf("a")] });
  const { blobs, layers, manifests, references, sources } = store.paths;
  const before = store.counts();
  makeDirectory(sources);
  const hex = "a".repeat(64);
  const leftovers = [
    `${blobs}/sha256/${hex}`,
    `${blobs}/.partial-${hex}`,
    `${blobs}/.lock-${hex}`,
    `${layers}/.lock-${hex}`,
    `${manifests}/${hex}~123`,
    `${references}/x~123`,
    `${sources}/8-1-1.lock`,
    `${sources}/8-1-1.77`,
  ];
  for (const path of leftovers) writeText(path, "");
  writeText(
    `${references}/docker.io%library%lost:latest`,
    JSON.stringify({
      name: "docker.io/library/lost:latest",
      manifest: `sha256:${hex}`,
    }),
  );
  writeText(`${sources}/8-1-2`, `v\nsha256:${hex}\n`);
  const known = JSON.stringify([{
    manifest: image.manifest.digest,
    names: [],
  }]);
  writeText(`${sources}/8-1-3`, `v\nimages ${known}\n`);
  const gone = JSON.stringify([{ manifest: `sha256:${hex}`, names: [] }]);
  writeText(`${sources}/8-1-4`, `v\nimages ${gone}\n`);
  using held = openat(AT_FDCWD, `${layers}/.lock-${hex}`, O_RDONLY);
  assert.ok(tryLock(held));
  await store.prune({ mode: "dry-run" });
  for (const path of leftovers) status(path);
  await store.prune();
  assert.deepEqual(namesIn(blobs), ["sha256"]);
  assert.deepEqual(namesIn(sources), ["8-1-3"]);
  assert.deepEqual(store.counts(), [
    before[0],
    (before[1] ?? 0) + 1, // Somebody has this lock.
    ...before.slice(2),
  ]);
});
