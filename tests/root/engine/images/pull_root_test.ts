import assert from "node:assert/strict";
import { digestHex, digestOf } from "../../../../lib/base/digest.ts";
import { IntegrityError, NotFoundError } from "../../../../lib/base/errors.ts";
import { type HostPaths, hostPaths } from "../../../../lib/base/host_paths.ts";
import { parsePlatform } from "../../../../lib/oci/platform.ts";
import { fullName, parseReference } from "../../../../lib/oci/reference.ts";
import { CredentialKeeper } from "../../../../lib/registry/credentials/keeper.ts";
import type { Registries } from "../../../../lib/registry/registries.ts";
import type { Patience } from "../../../../lib/registry/retry.ts";
import { blobPath } from "../../../../lib/storage/content_store.ts";
import { ensureImageLayers } from "../../../../lib/storage/image_layers.ts";
import {
  listImages,
  listReferences,
} from "../../../../lib/storage/image_store.ts";
import {
  openPartialBlob,
  PARTIAL_PREFIX,
} from "../../../../lib/storage/partial_blob.ts";
import {
  hasNewer,
  type Pulled,
  pullImage,
} from "../../../../lib/engine/images/pull.ts";
import type { LayerEvent } from "../../../../lib/engine/images/pull_events.ts";
import { namesIn } from "../../../support/cli.ts";
import {
  brokenBody,
  type Fault,
  HASTE,
  surroundings,
  TestRegistry,
} from "../../../support/registry.ts";
import {
  addRegistryImage,
  largeLayer,
} from "../../../support/registry_image.ts";
import { rootTest } from "../../../support/root.ts";
import { archive, file, header } from "../../../support/tar_builder.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const SMALL = archive(file("a", "one"), file("dir/b", "two"));
const OTHER = archive(file("dir/.wh.b"), file("c", "three"));
const LARGE = largeLayer("large", 1);

/** A store of a test's own. */
class Store implements Disposable {
  readonly #directory = new TemporaryDirectory();
  readonly paths: HostPaths = hostPaths({
    root: `${this.#directory.path}/root`,
    runRoot: `${this.#directory.path}/run`,
  });

  [Symbol.dispose](): void {
    this.#directory[Symbol.dispose]();
  }

  /** What is unpacked, being unpacked or half downloaded, by name. */
  async rest(): Promise<string[]> {
    const { blobs, layers } = this.paths;
    const names = [...await namesIn(blobs), ...await namesIn(layers)];
    return names.filter((name) => name !== "sha256");
  }
}

interface PullOptions {
  readonly registries?: Registries;
  readonly patience?: Patience;
  readonly platform?: string;
  readonly events?: LayerEvent[];
  readonly warnings?: string[];
}

async function pull(
  { paths }: Store,
  name: string,
  { registries, patience, platform, events, warnings }: PullOptions = {},
): Promise<Pulled> {
  using around = surroundings({
    ...(registries === undefined ? {} : { registries }),
    ...(patience === undefined ? {} : { patience }),
  });
  const keeper = new CredentialKeeper(undefined);
  return await pullImage({ paths }, { ...around, keeper }, {
    reference: parseReference(name),
    ...(platform === undefined ? {} : { platform: parsePlatform(platform) }),
    events: {
      onLayer: (event) => void events?.push(event),
      onWarning: (text) => void warnings?.push(text),
    },
  });
}

/** How often each blob was asked for. */
function downloads(registry: TestRegistry): number[] {
  const counts = new Map<string, number>();
  for (const line of registry.asked) {
    if (!/^GET .*\/blobs\//.test(line)) continue;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return [...counts.values()];
}

rootTest("pullImage() brings an image, unpacked and named", async () => {
  await using registry = new TestRegistry();
  using store = new Store();
  const layers = [SMALL, LARGE, OTHER];
  const added = await addRegistryImage(registry, "team/app:1", { layers });
  const name = `${registry.host}/team/app:1`;
  const { image, isNew, digest } = await pull(store, name);
  assert.ok(isNew);
  assert.equal(digest, added.manifest.digest);
  assert.deepEqual(listReferences(store.paths), [{ name, manifest: digest }]);
  const [top = "", middle = "", lowest = ""] = await ensureImageLayers(
    store.paths,
    image,
  );
  assert.deepEqual(await namesIn(lowest), ["a", "dir"]);
  assert.deepEqual(await namesIn(middle), ["large"]);
  assert.equal((await Deno.stat(`${middle}/large`)).size, 1024 * 1024);
  const whiteout = await Deno.lstat(`${top}/dir/b`);
  assert.ok(whiteout.isCharDevice);
  assert.equal((await store.rest()).length, 3);
  const again = await pull(store, name);
  assert.ok(!again.isNew);
  assert.deepEqual(downloads(registry), [1, 1, 1, 1]);
});

rootTest("pullImage() tells what happens to each layer", async () => {
  await using registry = new TestRegistry();
  using store = new Store();
  const layers = [SMALL, LARGE];
  const { layers: [small, large] } = await addRegistryImage(registry, "a:1", {
    layers,
  });
  const events: LayerEvent[] = [];
  await pull(store, `${registry.host}/a:1`, { events });
  for (const layer of [small, large]) {
    const own = events.filter(({ digest }) => digest === layer?.digest);
    const states = [...new Set(own.map(({ state }) => state))];
    assert.deepEqual(states, [
      "waiting",
      "downloading",
      "downloaded",
      "complete",
    ]);
    assert.equal(own.at(-1)?.bytes, layer?.size);
  }
  const again: LayerEvent[] = [];
  await pull(store, `${registry.host}/a:1`, { events: again });
  assert.deepEqual(again.map(({ state }) => state), ["exists", "exists"]);
});

rootTest("pulls of one image at the same time download it once", async () => {
  await using registry = new TestRegistry();
  using store = new Store();
  await addRegistryImage(registry, "a:1", { layers: [SMALL, LARGE] });
  await addRegistryImage(registry, "a:2", { layers: [SMALL, LARGE, OTHER] });
  const names = ["a:1", "a:1", "a:2"].map((name) => `${registry.host}/${name}`);
  await Promise.all(names.map((name) => pull(store, name)));
  assert.equal(listImages(store.paths).length, 2);
  const layers = downloads(registry).length;
  // Configs are small, and may be asked for by each.
  assert.equal(layers, 5);
  const large = registry.asked.filter((line) => line.includes("/blobs/"));
  assert.ok(large.length <= 3 + 3, large.join("\n"));
});

rootTest("pullImage() unpacks what comes, however it is packed", async () => {
  for (const compression of ["none", "zstd"] as const) {
    await using registry = new TestRegistry();
    using store = new Store();
    const layers = [SMALL, LARGE];
    await addRegistryImage(registry, "a:1", { layers, compression });
    const { image } = await pull(store, `${registry.host}/a:1`);
    const diffIds = await Promise.all(
      layers.map((layer) => digestOf(new Uint8Array(layer))),
    );
    assert.deepEqual(image.layers.map(({ diffId }) => diffId), diffIds);
    assert.equal((await store.rest()).length, 2);
  }
});

rootTest("pullImage() unpacks a layer that an image has twice", async () => {
  await using registry = new TestRegistry();
  using store = new Store();
  const layers = [LARGE, SMALL, LARGE, SMALL];
  await addRegistryImage(registry, "a:1", { layers });
  const { image } = await pull(store, `${registry.host}/a:1`);
  assert.equal(image.layers.length, 4);
  assert.deepEqual(downloads(registry), [1, 1, 1]);
  assert.equal((await store.rest()).length, 4);
});

/** Breaks every download of a blob after some bytes. */
function breaking(digest: string, bytes: number): Fault {
  return async ({ path }, answer) => {
    if (!path.endsWith(digest)) return undefined;
    const whole = new Uint8Array(await (await answer()).arrayBuffer());
    return new Response(brokenBody(whole.slice(0, bytes)));
  };
}

const IMPATIENCE: Patience = { ...HASTE, attempts: 1 };

rootTest("pullImage() goes on where a failed pull has ended", async () => {
  using store = new Store();
  const state: { fault: Fault | undefined } = { fault: undefined };
  await using registry = new TestRegistry({
    fault: (request, answer) => state.fault?.(request, answer),
  });
  const { layers: [large] } = await addRegistryImage(registry, "a:1", {
    layers: [LARGE],
    compression: "none",
  });
  assert.ok(large);
  state.fault = breaking(large.digest, 700_000);
  const name = `${registry.host}/a:1`;
  await assert.rejects(pull(store, name, { patience: IMPATIENCE }));
  assert.deepEqual(await store.rest(), [
    `${PARTIAL_PREFIX}${digestHex(large.digest)}`,
  ]);
  state.fault = undefined;
  await pull(store, name);
  const range = registry.seen.at(-1)?.headers.get("range");
  assert.equal(range, "bytes=700000-");
  assert.equal((await store.rest()).length, 1);
});

rootTest("pullImage() begins anew where what was left is damaged", async () => {
  await using registry = new TestRegistry();
  using store = new Store();
  const { layers: [large] } = await addRegistryImage(registry, "a:1", {
    layers: [LARGE],
  });
  assert.ok(large);
  const { blobs } = store.paths;
  await Deno.mkdir(blobs, { recursive: true });
  const left = `${blobs}/${PARTIAL_PREFIX}${digestHex(large.digest)}`;
  for (const size of [100_000, large.size + 1]) {
    await Deno.writeFile(left, new Uint8Array(size));
    const { image } = await pull(store, `${registry.host}/a:1`);
    assert.equal((await store.rest()).length, 1);
    await Deno.remove(blobPath(store.paths, large.digest));
    await Deno.remove(
      `${store.paths.layers}/${
        digestHex(image.layers[0]?.chainId ?? large.digest)
      }`,
      { recursive: true },
    );
  }
});

rootTest(
  "pullImage() leaves nothing of content that is another one",
  async () => {
    for (const layer of [SMALL, LARGE]) {
      using store = new Store();
      await using registry = new TestRegistry();
      const { layers: [added] } = await addRegistryImage(registry, "a:1", {
        layers: [layer],
      });
      assert.ok(added);
      const bytes = registry.blobs.get(added.digest)?.slice();
      assert.ok(bytes);
      bytes[bytes.length - 20] = (bytes[bytes.length - 20] ?? 0) ^ 1;
      registry.blobs.set(added.digest, bytes);
      await assert.rejects(
        pull(store, `${registry.host}/a:1`),
        (error: Error) =>
          error instanceof IntegrityError &&
          error.message.includes(added.digest),
      );
      assert.deepEqual(await store.rest(), []);
      assert.deepEqual(listImages(store.paths), []);
    }
  },
);

rootTest(
  "pullImage() refuses a layer that unpacks to something else",
  async () => {
    const wrong = await digestOf(new Uint8Array(1));
    for (const layer of [SMALL, LARGE]) {
      using store = new Store();
      await using registry = new TestRegistry();
      await addRegistryImage(registry, "a:1", {
        layers: [layer],
        diffIds: [wrong],
      });
      await assert.rejects(
        pull(store, `${registry.host}/a:1`),
        /its digest, unpacked, is sha256:[0-9a-f]{64} and not sha256:/,
      );
      assert.deepEqual(await store.rest(), []);
    }
  },
);

rootTest("pullImage() refuses a hostile layer while it comes", async () => {
  using store = new Store();
  await using registry = new TestRegistry();
  const hostile = new Uint8Array([
    ...header({ name: "../escape", typeflag: "0" }),
    ...LARGE,
  ]);
  await addRegistryImage(registry, "a:1", { layers: [SMALL, hostile] });
  await assert.rejects(
    pull(store, `${registry.host}/a:1`),
    /^IntegrityError: Cannot unpack .*contains "\.\."$/,
  );
  // The layer below it is whole.
  assert.equal((await store.rest()).length, 1);
});

rootTest("pullImage() ends the other downloads when one fails", async () => {
  using store = new Store();
  const stuck: Fault = async ({ path }, answer) => {
    if (!path.includes("/blobs/")) return undefined;
    const response = await answer();
    const size = (await response.clone().arrayBuffer()).byteLength;
    if (size < 500_000) return response;
    const bytes = new Uint8Array(await response.arrayBuffer());
    return new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(bytes.slice(0, 600_000)),
      }),
    );
  };
  await using registry = new TestRegistry({ fault: stuck });
  const { layers: [small] } = await addRegistryImage(registry, "a:1", {
    layers: [SMALL, LARGE],
  });
  assert.ok(small);
  registry.blobs.set(small.digest, new Uint8Array(small.size));
  const patience = { ...HASTE, silenceMs: 60_000 };
  await assert.rejects(
    pull(store, `${registry.host}/a:1`, { patience }),
    IntegrityError,
  );
  const rest = await store.rest();
  assert.ok(rest.every((name) => name.startsWith(PARTIAL_PREFIX)), rest.join());
});

rootTest("pullImage() waits for nobody once it has failed", async () => {
  using store = new Store();
  await using registry = new TestRegistry();
  const { layers: [small, large] } = await addRegistryImage(registry, "a:1", {
    layers: [SMALL, LARGE],
  });
  assert.ok(small && large);
  registry.blobs.set(small.digest, new Uint8Array(small.size));
  // As another process would that downloads it.
  using other = await openPartialBlob(store.paths, large);
  other?.append(new Uint8Array(10));
  await assert.rejects(pull(store, `${registry.host}/a:1`), IntegrityError);
});

rootTest("pullImage() passes over mirrors that do not have it", async () => {
  await using registry = new TestRegistry();
  await using empty = new TestRegistry();
  await using broken = new TestRegistry({
    fault: ({ path }) =>
      path.includes("/blobs/")
        ? new Response(null, { status: 403 })
        : undefined,
  });
  const wishes = { layers: [SMALL, LARGE] };
  await addRegistryImage(registry, "a:1", wishes);
  await addRegistryImage(broken, "prefix/a:1", wishes);
  using store = new Store();
  const warnings: string[] = [];
  await pull(store, `${registry.host}/a:1`, {
    warnings,
    registries: new Map([[registry.host, {
      isInsecure: false,
      mirrors: [empty.host, `${broken.host}/prefix`],
    }]]),
  });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? "", new RegExp(`^Mirror "${empty.host}": .*404`));
  assert.deepEqual(downloads(registry), [1, 1, 1]);
  const manifests = registry.asked.filter((line) =>
    line.includes("/manifests/")
  );
  assert.deepEqual(manifests, []);
});

rootTest("pullImage() names what was pinned by its digest", async () => {
  await using registry = new TestRegistry();
  using store = new Store();
  const { manifest: { digest } } = await addRegistryImage(registry, "a:1", {
    layers: [SMALL],
  });
  for (const pin of [`a@${digest}`, `a:1@${digest}`]) {
    const { name } = await pull(store, `${registry.host}/${pin}`);
    assert.equal(
      name,
      fullName(parseReference(`${registry.host}/a@${digest}`)),
    );
  }
  assert.equal(listReferences(store.paths).length, 1);
});

rootTest(
  "pullImage() tells other platforms apart from a missing image",
  async () => {
    await using registry = new TestRegistry();
    using store = new Store();
    await addRegistryImage(registry, "a:1", {
      layers: [SMALL],
      architecture: "s390x",
    });
    const name = `${registry.host}/a:1`;
    await assert.rejects(
      pull(store, name, { platform: "linux/amd64" }),
      /does not match the specified platform: wanted linux\/amd64, actual: linux\/s390x$/,
    );
    const warnings: string[] = [];
    const { platform } = await pull(store, name, { warnings });
    assert.deepEqual(platform, { os: "linux", architecture: "s390x" });
    // Whoever pulls in order to run it says so then.
    assert.deepEqual(warnings, []);
    await assert.rejects(
      pull(store, `${registry.host}/b:1`),
      (error: Error) =>
        error instanceof NotFoundError &&
        error.message.startsWith(
          `manifest for ${registry.host}/b:1 not found: `,
        ),
    );
  },
);

rootTest("hasNewer() compares without pulling", async () => {
  await using registry = new TestRegistry();
  using store = new Store();
  await addRegistryImage(registry, "a:1", { layers: [SMALL] });
  const name = `${registry.host}/a:1`;
  using around = surroundings();
  const access = { ...around, keeper: new CredentialKeeper(undefined) };
  const request = { reference: parseReference(name), events: {} };
  assert.ok(await hasNewer(store, access, request));
  await pull(store, name);
  assert.ok(!await hasNewer(store, access, request));
  await addRegistryImage(registry, "a:1", { layers: [SMALL, OTHER] });
  assert.ok(await hasNewer(store, access, request));
  assert.equal(listImages(store.paths).length, 1);
});
