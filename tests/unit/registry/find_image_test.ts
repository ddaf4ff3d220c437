import assert from "node:assert/strict";
import { digestOf } from "../../../lib/base/digest.ts";
import {
  IntegrityError,
  NotFoundError,
  SpecError,
} from "../../../lib/base/errors.ts";
import { parsePlatform } from "../../../lib/oci/platform.ts";
import { INDEX_TYPES, MANIFEST_TYPES } from "../../../lib/oci/media_types.ts";
import { endpointOf } from "../../../lib/registry/endpoint.ts";
import {
  findImage,
  type FoundImage,
} from "../../../lib/registry/find_image.ts";
import { putManifest } from "../../../lib/registry/manifests.ts";
import { RegistryError } from "../../../lib/registry/registry_error.ts";
import { RegistrySession } from "../../../lib/registry/session.ts";
import {
  encode,
  type Fault,
  surroundings,
  TestRegistry,
} from "../../support/registry.ts";

const [INDEX, LIST] = INDEX_TYPES;
const [OCI, DOCKER] = MANIFEST_TYPES;
const CONFIG = {
  mediaType: "application/vnd.oci.image.config.v1+json",
  digest: await digestOf(encode("{}")),
  size: 2,
};

/** A manifest that differs from others by its note. */
function manifest(
  note: string,
  mediaType: string = OCI,
): Record<string, unknown> {
  return {
    schemaVersion: 2,
    mediaType,
    config: CONFIG,
    layers: [],
    annotations: { note },
  };
}

/** Fills a registry, then looks for `a/b:REFERENCE` in it. */
async function find(
  fill: (registry: TestRegistry) => Promise<void>,
  { reference = "1", platform = "linux/amd64", fault }: {
    reference?: string;
    platform?: string;
    fault?: Fault;
  } = {},
): Promise<FoundImage> {
  await using registry = new TestRegistry(fault === undefined ? {} : { fault });
  await fill(registry);
  using around = surroundings();
  const session = new RegistrySession(
    endpointOf(registry.host, new Map()),
    around,
  );
  const place = { repository: "a/b", reference, label: "b:1" };
  return await findImage(session, place, parsePlatform(platform));
}

/** Adds an index of manifests named after their platforms. */
async function addIndex(
  registry: TestRegistry,
  platforms: readonly string[],
  mediaType: string = INDEX,
): Promise<void> {
  const manifests = await Promise.all(platforms.map(async (text) => ({
    ...await registry.addManifest("a/b", manifest(text)),
    platform: parsePlatform(text),
  })));
  await registry.addManifest("a/b", {
    schemaVersion: 2,
    mediaType,
    manifests,
  }, "1");
}

Deno.test("findImage() gives the bytes as they are", async () => {
  for (const type of [OCI, DOCKER]) {
    const document = manifest("only", type);
    const found = await find(async (registry) => {
      await registry.addManifest("a/b", document, "1");
    });
    assert.deepEqual(found.bytes, encode(JSON.stringify(document)));
    assert.equal(found.descriptor.digest, await digestOf(found.bytes));
    assert.deepEqual(found.top, found.descriptor);
    assert.equal(found.manifest.mediaType, type);
  }
});

Deno.test("findImage() takes the manifest for the platform", async () => {
  const platforms = ["linux/arm/v6", "linux/arm64/v8", "linux/amd64"];
  for (const type of [INDEX, LIST]) {
    for (const platform of platforms) {
      const found = await find(
        (registry) => addIndex(registry, platforms, type),
        { platform },
      );
      assert.deepEqual(found.manifest.annotations, { note: platform });
      assert.notEqual(found.top.digest, found.descriptor.digest);
    }
  }
});

Deno.test("findImage() says which platforms there are, if not the one asked for", async () => {
  await assert.rejects(
    find((registry) =>
      addIndex(registry, ["linux/arm64", "unknown/unknown", "windows/amd64"])
    ),
    (error: Error) => {
      assert.ok(error instanceof NotFoundError);
      assert.match(error.message, /^no matching manifest for linux\/amd64 in /);
      assert.match(error.advice ?? "", /: linux\/arm64, windows\/amd64$/);
      return true;
    },
  );
});

Deno.test("findImage() follows an index in an index, but not for ever", async () => {
  /** Indexes within each other, around one manifest. */
  const nest =
    (depth: number) => async (registry: TestRegistry): Promise<void> => {
      let inner = await registry.addManifest("a/b", manifest("inner"));
      for (let level = 1; level <= depth; level++) {
        const platform = parsePlatform("linux/amd64");
        inner = await registry.addManifest("a/b", {
          schemaVersion: 2,
          mediaType: INDEX,
          manifests: [{ ...inner, platform }],
        }, level === depth ? "1" : undefined);
      }
    };
  const { manifest: found } = await find(nest(2));
  assert.deepEqual(found.annotations, { note: "inner" });
  await assert.rejects(find(nest(9)), IntegrityError);
});

/** Answers a manifest that differs from its digest. */
const FORGED: Fault = ({ path }) =>
  path.includes("/manifests/sha256:")
    ? new Response(JSON.stringify(manifest("forged")), {
      headers: { "content-type": OCI },
    })
    : undefined;

Deno.test("findImage() verifies digests, of pins and in indexes", async () => {
  await assert.rejects(
    find((registry) => addIndex(registry, ["linux/amd64"]), { fault: FORGED }),
    IntegrityError,
  );
  const reference = await digestOf(encode(JSON.stringify(manifest("true"))));
  await assert.rejects(
    find(async (registry) => {
      await registry.addManifest("a/b", manifest("true"));
    }, { fault: FORGED, reference }),
    /its digest is sha256:[0-9a-f]{64} and not sha256:/,
  );
  const { manifest: found } = await find(async (registry) => {
    await registry.addManifest("a/b", manifest("true"));
  }, { reference });
  assert.deepEqual(found.annotations, { note: "true" });
});

Deno.test("findImage() believes no digest that a header only tells", async () => {
  const fault: Fault = async (_request, answer) => {
    const response = await answer();
    const headers = new Headers(response.headers);
    if (!headers.has("docker-content-digest")) return response;
    headers.set("docker-content-digest", CONFIG.digest);
    return new Response(response.body, { headers });
  };
  const fill = async (registry: TestRegistry): Promise<void> => {
    await registry.addManifest("a/b", manifest("x"), "1");
  };
  await assert.rejects(find(fill, { fault }), IntegrityError);
});

/** Answers something as if it were the manifest. */
function answering(body: BodyInit, type: string): Fault {
  return ({ path }) =>
    path.includes("/manifests/")
      ? new Response(body, { headers: { "content-type": type } })
      : undefined;
}

const NOTHING = (): Promise<void> => Promise.resolve();

Deno.test("findImage() refuses schema 1 by name", async () => {
  const signed = "application/vnd.docker.distribution.manifest.v1+prettyjws";
  const text = '{\n "schemaVersion": 1,\n "name": "a/b" }';
  for (const type of [signed, "application/json"]) {
    await assert.rejects(
      find(NOTHING, { fault: answering(text, type) }),
      (error: Error) =>
        error instanceof RegistryError &&
        /it is of schema 1/.test(error.message),
    );
  }
});

Deno.test("findImage() refuses what is no manifest, however long", async () => {
  for (const text of ["{", "[]", "<html>", '{"schemaVersion":2}']) {
    await assert.rejects(
      find(NOTHING, { fault: answering(text, "application/json") }),
      SpecError,
      text,
    );
  }
  const endless = new ReadableStream({
    pull: (controller) => controller.enqueue(new Uint8Array(1024 ** 2)),
  });
  await assert.rejects(
    find(NOTHING, { fault: answering(endless, OCI) }),
    /it is larger than 4194304 bytes$/,
  );
});

Deno.test("putManifest() compares what the registry took it for", async () => {
  for (const isForged of [false, true]) {
    await using registry = new TestRegistry({
      fault: ({ method }) =>
        method === "PUT" && isForged
          ? new Response(null, {
            status: 201,
            headers: { "docker-content-digest": CONFIG.digest },
          })
          : undefined,
    });
    using around = surroundings();
    const session = new RegistrySession(
      endpointOf(registry.host, new Map()),
      around,
    );
    const bytes = encode(JSON.stringify(manifest("new")));
    const digest = await digestOf(bytes);
    const put = putManifest(
      session,
      { repository: "a/b", reference: "1", label: "b:1" },
      { bytes, descriptor: { mediaType: OCI, digest, size: bytes.length } },
    );
    if (isForged) await assert.rejects(put, IntegrityError);
    else {
      await put;
      const stored = registry.manifests.get("a/b/1");
      assert.deepEqual(stored, { type: OCI, bytes });
    }
  }
});
