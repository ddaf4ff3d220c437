import assert from "node:assert/strict";
import { digestOf } from "../../../../lib/base/digest.ts";
import { parseReference } from "../../../../lib/oci/reference.ts";
import {
  formatMembers,
  type SavedImage,
} from "../../../../lib/storage/archive/image_members.ts";

async function imageOf(
  seed: number,
  ...references: string[]
): Promise<SavedImage> {
  const digest = await digestOf(Uint8Array.of(seed));
  const descriptor = { mediaType: "m", digest, size: 1 };
  return {
    references: references.map(parseReference),
    platform: { os: "linux", architecture: "amd64" },
    manifest: descriptor,
    config: descriptor,
    layers: [descriptor],
  };
}

/** The documents that were made, as JSON. */
function documentsOf(
  images: readonly SavedImage[],
  format: "docker" | "oci",
): Record<string, unknown> {
  const members = formatMembers(images, format)
    .filter(({ name }) => !name.endsWith("/"));
  return Object.fromEntries(members.map(({ name, content }) => {
    assert.ok(content instanceof Uint8Array);
    return [name, JSON.parse(new TextDecoder().decode(content))];
  }));
}

/** What an index says of names. */
function annotationsOf(documents: Record<string, unknown>): unknown[] {
  const index = documents["index.json"] as {
    manifests: { annotations?: Record<string, string> }[];
  };
  return index.manifests.map(({ annotations = {} }) => [
    annotations["io.containerd.image.name"],
    annotations["org.opencontainers.image.ref.name"],
  ]);
}

Deno.test("formatMembers() lists images for docker, and for OCI by each name", async () => {
  const image = await imageOf(1, "bb:1", "localhost:5000/team/bb:2");
  const documents = documentsOf([image], "docker");
  const blob = `blobs/${image.config.digest.replace(":", "/")}`;
  assert.deepEqual(documents["manifest.json"], [{
    Config: blob,
    Layers: [blob],
    RepoTags: ["bb:1", "localhost:5000/team/bb:2"],
  }]);
  assert.deepEqual(documents["oci-layout"], { imageLayoutVersion: "1.0.0" });
  assert.deepEqual(annotationsOf(documents), [
    ["docker.io/library/bb:1", "1"],
    ["localhost:5000/team/bb:2", "2"],
  ]);
});

Deno.test("formatMembers() tells images of one tag apart", async () => {
  const images = [await imageOf(1, "a"), await imageOf(2, "b")];
  const documents = documentsOf(images, "oci");
  assert.equal(documents["manifest.json"], undefined);
  assert.deepEqual(annotationsOf(documents), [
    ["docker.io/library/a:latest", "a:latest"],
    ["docker.io/library/b:latest", "b:latest"],
  ]);
});

Deno.test("formatMembers() takes images without a name", async () => {
  const documents = documentsOf([await imageOf(1)], "docker");
  assert.deepEqual(annotationsOf(documents), [[undefined, undefined]]);
  const [item] = documents["manifest.json"] as { RepoTags: unknown }[];
  assert.equal(item?.RepoTags, null);
});
