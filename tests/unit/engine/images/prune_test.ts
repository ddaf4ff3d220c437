/**
 * Layers are removed if no container needs them, and kept while one may.
 *
 * @module
 */
import assert from "node:assert/strict";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { createContainerId } from "../../../../lib/base/identifiers.ts";
import type { ContainerConfig } from "../../../../lib/engine/container_config.ts";
import {
  containerDirectory,
  writeConfig,
} from "../../../../lib/engine/containers/records.ts";
import { holdLayers } from "../../../../lib/engine/images/hold_layers.ts";
import { listLayers } from "../../../../lib/engine/images/layer_usage.ts";
import {
  type ImagePruneOptions,
  pruneImages,
} from "../../../../lib/engine/images/prune.ts";
import { PRUNE_ALL } from "../../../../lib/engine/containers/prune.ts";
import { containerConfig } from "../../../support/run_options.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const [A, B, C] = ["a", "b", "c"].map((digit) => digit.repeat(64));
const COPY = `${A}+${"1".repeat(16)}`;

/** A store with layers, sources and containers. */
class Store extends TemporaryDirectory {
  readonly paths = hostPaths({ root: this.path, runRoot: `${this.path}/run` });
  readonly warnings: string[] = [];

  constructor(...names: (string | undefined)[]) {
    super();
    Deno.mkdirSync(this.paths.sources);
    for (const name of names) {
      Deno.mkdirSync(`${this.paths.layers}/${name}`, { recursive: true });
      Deno.writeTextFileSync(`${this.paths.layers}/${name}/file`, "content");
    }
  }

  addSource(name: string, layer: string | undefined): void {
    const text = `version\nsha256:${layer}\n`;
    Deno.writeTextFileSync(`${this.paths.sources}/${name}`, text);
  }

  addContainer(
    layer: string | undefined,
    changes: Partial<ContainerConfig> = {},
  ): string {
    const id = createContainerId();
    Deno.mkdirSync(containerDirectory(this.paths, id), { recursive: true });
    const layers = [`${this.paths.layers}/${layer}`];
    writeConfig(this.paths, containerConfig({ id, layers, ...changes }));
    return id;
  }

  async prune(
    options: Partial<ImagePruneOptions> = {},
  ): Promise<readonly string[]> {
    const engine = {
      paths: this.paths,
      warn: (message: string) => void this.warnings.push(message),
    };
    const { ids } = await pruneImages(engine, {
      which: "unused",
      mode: "remove",
      filter: PRUNE_ALL,
      ...options,
    });
    return ids.toSorted();
  }

  names(): string[] {
    return [...Deno.readDirSync(this.paths.layers)]
      .map(({ name }) => name).sort();
  }

  sources(): string[] {
    return [...Deno.readDirSync(this.paths.sources)]
      .map(({ name }) => name).sort();
  }
}

const digests = (...names: (string | undefined)[]): string[] =>
  names.map((name) => `deleted: sha256:${name}`);

Deno.test("pruneImages() spares what containers need", async () => {
  using store = new Store(A, B, C);
  store.addContainer(A);
  store.addSource("8-1-1", B);
  store.addSource("8-1-2", A);
  assert.deepEqual(await store.prune({ mode: "dry-run" }), digests(B, C));
  assert.equal(store.names().length, 3);
  assert.deepEqual(await store.prune(), digests(B, C));
  assert.deepEqual(store.names(), [A]);
  // What tells of a layer that is gone is gone, too.
  assert.deepEqual(store.sources(), ["8-1-2"]);
});

Deno.test("pruneImages() keeps layers of archives if told to", async () => {
  using store = new Store(A, B);
  store.addSource("8-1-1", A);
  store.addSource("8-1-1.lock", B);
  store.addSource("8-1-2.77", B);
  assert.deepEqual(await store.prune({ which: "dangling" }), digests(B));
  assert.deepEqual(store.names(), [A]);
  // What killed processes left goes.
  assert.deepEqual(store.sources(), ["8-1-1"]);
});

Deno.test("pruneImages() counts containers as gone if told so", async () => {
  using store = new Store(A);
  const id = store.addContainer(A);
  const options = { mode: "dry-run", without: [id] } as const;
  assert.deepEqual(await store.prune(options), digests(A));
  assert.deepEqual(await store.prune({ mode: "dry-run" }), []);
});

Deno.test("pruneImages() spares copies that a container may be making", async () => {
  const idMappings = { uid: [], gid: [] };
  {
    using store = new Store(A, COPY);
    store.addContainer(A, { idMappings });
    assert.deepEqual(await store.prune(), []);
  }
  using store = new Store(A, COPY);
  store.addContainer(COPY, { idMappings, layerOwners: "shifted" });
  assert.deepEqual(await store.prune(), digests(A));
  store.addContainer(A, { idMappings, layerOwners: "mapped" });
  assert.deepEqual(store.names(), [COPY]);
});

Deno.test("pruneImages() leaves alone what it does not know", async () => {
  using store = new Store(A, ".tmp-1", "lost+found");
  store.addSource("8-1-1", "nonsense");
  assert.deepEqual(await store.prune(), digests(A));
  assert.deepEqual(store.names(), [".tmp-1", "lost+found"]);
  assert.deepEqual(store.sources(), ["8-1-1"]);
});

Deno.test("pruneImages() waits for whoever holds the layers", async () => {
  using store = new Store(A);
  const now = performance.now;
  let time = 0;
  performance.now = () => time += 20_000;
  try {
    using _held = holdLayers(store.paths);
    using _another = holdLayers(store.paths);
    assert.deepEqual(await store.prune(), []);
  } finally {
    performance.now = now;
  }
  assert.deepEqual(store.warnings, [
    "Images are left alone: others are being added, or containers made",
  ]);
  assert.deepEqual(await store.prune(), digests(A));
});

Deno.test("holdLayers() and pruneImages() need no layers", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const engine = { paths, warn: assert.fail };
  const options = {
    which: "unused",
    mode: "remove",
    filter: PRUNE_ALL,
  } as const;
  assert.deepEqual((await pruneImages(engine, options)).ids, []);
  using _held = holdLayers(paths);
});

Deno.test("listLayers() tells how many containers need each", () => {
  using store = new Store(A, B);
  store.addContainer(A);
  store.addContainer(A);
  store.addSource("8-1-1", B);
  const layers = listLayers(store.paths).toSorted((a, b) =>
    a.name < b.name ? -1 : 1
  );
  assert.deepEqual(
    layers.map(({ containers, hasSource }) => [containers, hasSource]),
    [[2, false], [0, true]],
  );
});
