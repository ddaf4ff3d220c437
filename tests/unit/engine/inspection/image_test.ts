/**
 * Images are inspected and their steps told as docker does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { digestHex } from "../../../../lib/base/digest.ts";
import { NotFoundError } from "../../../../lib/base/errors.ts";
import { hostPaths } from "../../../../lib/base/host_paths.ts";
import { toJson } from "../../../../lib/cli/output/template/value.ts";
import { findNamedImage } from "../../../../lib/engine/images/find_named_image.ts";
import { imageHistory } from "../../../../lib/engine/images/history.ts";
import { imageTree } from "../../../../lib/engine/images/tree.ts";
import { inspectImage } from "../../../../lib/engine/inspection/image.ts";
import { addNamedImage, layerOf } from "../../../support/stored_images.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const LAYERS = [layerOf("a", "12345"), layerOf("b", "1")] as const;

Deno.test("inspectImage() has docker's shape", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const image = await addNamedImage(paths, {
    names: ["bb:1"],
    layers: LAYERS,
    document: {
      author: "me",
      variant: "v2",
      history: [{ created_by: "x" }, { comment: "last" }],
      config: {
        Env: ["A=1"],
        Entrypoint: ["/run"],
        ExposedPorts: { "80/tcp": {} },
        Volumes: { "/data": {} },
        Labels: { l: "1" },
      },
    },
  });
  const named = await findNamedImage(paths, "bb:1");
  const [base = "", top = ""] = image.layers.map(({ chainId }) =>
    `${paths.layers}/${digestHex(chainId)}`
  );
  const { Metadata, ...inspected } = JSON.parse(
    toJson(inspectImage(paths, named)),
  );
  assert.deepEqual(Object.keys(Metadata), ["LastTagTime"]);
  assert.deepEqual(inspected, {
    Id: image.config.digest,
    RepoTags: ["bb:1"],
    RepoDigests: [`bb@${image.manifest.digest}`],
    Parent: "",
    Comment: "last",
    Created: "2020-01-02T03:04:05Z",
    DockerVersion: "",
    Author: "me",
    Config: {
      User: "",
      ExposedPorts: { "80/tcp": {} },
      Env: ["A=1"],
      Cmd: null,
      Volumes: { "/data": {} },
      WorkingDir: "",
      Entrypoint: ["/run"],
      OnBuild: null,
      Labels: { l: "1" },
    },
    Architecture: "amd64",
    Variant: "v2",
    Os: "linux",
    // Nothing has been unpacked yet.
    Size: LAYERS[0].length + LAYERS[1].length,
    VirtualSize: LAYERS[0].length + LAYERS[1].length,
    GraphDriver: { Name: "overlay", Data: { LowerDir: base, UpperDir: top } },
    RootFS: {
      Type: "layers",
      Layers: image.layers.map(({ diffId }) => diffId),
    },
  });
  await assert.rejects(findNamedImage(paths, "bb:2"), NotFoundError);
});

Deno.test("imageHistory() gives each layer to its step", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const [first, second] = LAYERS.map(({ length }) => length);
  const told = async (history: unknown[]): Promise<unknown[]> => {
    const image = await addNamedImage(paths, {
      layers: LAYERS,
      document: { history },
    });
    const [last, ...before] = imageHistory(paths, image);
    assert.equal(last?.id, image.config.digest);
    assert.ok(before.every(({ id }) => id === undefined));
    return [last, ...before].map((step) => [
      step?.createdBy,
      step?.sizeBytes,
      step?.createdMs,
    ]);
  };
  assert.deepEqual(
    await told([
      { created_by: "ADD", created: "1970-01-01T00:00:01Z" },
      { created_by: "CMD", empty_layer: true, created: "never" },
      { created_by: "RUN" },
    ]),
    [
      ["RUN", second, undefined],
      ["CMD", 0, undefined],
      ["ADD", first, 1000],
    ],
  );
  assert.deepEqual(await told([]), [
    ["", second, undefined],
    ["", first, undefined],
  ]);
  assert.deepEqual(await told([{ created_by: "RUN" }]), [
    ["RUN", second, undefined],
    ["", first, undefined],
  ]);
});

Deno.test("imageTree() knows who else has a layer", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  await addNamedImage(paths, { names: ["base"], layers: LAYERS.slice(0, 1) });
  await addNamedImage(paths, { names: ["top"], layers: LAYERS });
  // The same layer on another one is another.
  await addNamedImage(paths, { names: ["x"], layers: LAYERS.slice(1) });
  const tree = imageTree(paths, await findNamedImage(paths, "top"));
  assert.deepEqual(
    tree.map(({ sharedWith }) => sharedWith.flatMap(({ names }) => names)),
    [["docker.io/library/base:latest"], []],
  );
});
