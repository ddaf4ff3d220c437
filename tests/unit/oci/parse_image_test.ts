import assert from "node:assert/strict";
import { SpecError } from "../../../lib/base/errors.ts";
import { chainIds } from "../../../lib/oci/chain_id.ts";
import { type Digest, digestOf } from "../../../lib/base/digest.ts";
import {
  parseImageDocument,
  parseManifest,
} from "../../../lib/oci/parse_image.ts";

const A = `sha256:${"a".repeat(64)}`;
const B = `sha256:${"b".repeat(64)}`;
const OCI = "application/vnd.oci.image";

function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

const CONFIG = { mediaType: `${OCI}.config.v1+json`, digest: A, size: 3 };
const LAYER = { mediaType: `${OCI}.layer.v1.tar`, digest: B, size: 4 };

Deno.test("parseManifest() reads a manifest that does not say what it is", () => {
  const manifest = parseManifest(
    bytes({ schemaVersion: 2, config: CONFIG, layers: [LAYER], extra: 1 }),
    "manifest",
  );
  assert.deepEqual(manifest, {
    kind: "manifest",
    mediaType: `${OCI}.manifest.v1+json`,
    config: CONFIG,
    layers: [LAYER],
    annotations: {},
  });
});

Deno.test("parseManifest() reads docker's list with platforms", () => {
  const mediaType = "application/vnd.docker.distribution.manifest.list.v2+json";
  const platform = { os: "linux", architecture: "arm64", variant: "v8" };
  const entry = { ...LAYER, platform, annotations: { a: "b" } };
  assert.deepEqual(
    parseManifest(
      bytes({ schemaVersion: 2, mediaType, manifests: [entry] }),
      "index",
    ),
    { kind: "index", mediaType, manifests: [entry], annotations: {} },
  );
});

const WRONG: readonly (readonly [string, unknown, string])[] = [
  ["schema 1", { schemaVersion: 1 }, "/schemaVersion"],
  ["no config", { schemaVersion: 2, layers: [] }, "/config"],
  [
    "a digest that is none",
    { schemaVersion: 2, config: { ...CONFIG, digest: "sha256:../x" } },
    "/config/digest",
  ],
  [
    "a negative size",
    { schemaVersion: 2, config: { ...CONFIG, size: -1 } },
    "/config/size",
  ],
  [
    "another type",
    { schemaVersion: 2, mediaType: "text/plain" },
    "/mediaType",
  ],
  [
    "too many layers",
    { schemaVersion: 2, config: CONFIG, layers: Array(128).fill(LAYER) },
    "/layers",
  ],
];

for (const [what, value, pointer] of WRONG) {
  Deno.test(`parseManifest() refuses ${what}`, () => {
    assert.throws(() => parseManifest(bytes(value), "manifest"), (error) => {
      assert(error instanceof SpecError);
      assert.equal(error.pointer, pointer);
      return true;
    });
  });
}

Deno.test("parseImageDocument() reads docker's settings", () => {
  const document = parseImageDocument(
    bytes({
      architecture: "amd64",
      os: "linux",
      created: "2020-01-01T00:00:00Z",
      config: {
        User: "",
        Env: ["A=b"],
        Cmd: ["sh"],
        Entrypoint: null,
        ExposedPorts: { "80/tcp": {} },
        Volumes: { "/data": {} },
        Labels: { a: "b", empty: null },
        Healthcheck: { Test: ["CMD", "true"], Interval: 1e9 },
      },
      rootfs: { type: "layers", diff_ids: [A] },
      history: [{ created_by: "x", empty_layer: true }, { comment: "" }],
    }),
    "config",
  );
  assert.deepEqual(document, {
    architecture: "amd64",
    os: "linux",
    created: "2020-01-01T00:00:00Z",
    config: {
      Env: ["A=b"],
      Cmd: ["sh"],
      ExposedPorts: ["80/tcp"],
      Volumes: ["/data"],
      Labels: { a: "b", empty: "" },
      Healthcheck: { Test: ["CMD", "true"], Interval: 1e9 },
    },
    rootfs: { type: "layers", diff_ids: [A] },
    history: [{ created_by: "x", empty_layer: true }, {}],
  });
});

Deno.test("parseImageDocument() refuses what is not JSON, in one line", () => {
  assert.throws(
    () => parseImageDocument(new TextEncoder().encode("{"), "config of x"),
    /^SpecError: Cannot use the config of x: it is not JSON: [^\n]*$/,
  );
});

const RUN = { type: "layers", diff_ids: [] };
for (
  const config of [
    { Env: ["A=b\0C=d"] },
    { Cmd: ["a\0b"] },
    { User: "a\0b" },
    { Volumes: { "/a\0b": {} } },
  ]
) {
  Deno.test(`parseImageDocument() refuses a NUL in ${Object.keys(config)}`, () => {
    assert.throws(
      () => parseImageDocument(bytes({ config, rootfs: RUN }), "config"),
      /holds a NUL$/,
    );
  });
}

Deno.test("chainIds() names each layer with those below it", async () => {
  const [first, second] = await chainIds([A as Digest, B as Digest]);
  assert.equal(first, A);
  assert.equal(
    second,
    await digestOf(new TextEncoder().encode(`${A} ${B}`)),
  );
  assert.deepEqual(await chainIds([]), []);
});
