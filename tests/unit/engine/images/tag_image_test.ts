/**
 * Names are given to images and taken away.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NotFoundError, UsageError } from "../../../../lib/base/errors.ts";
import { type HostPaths, hostPaths } from "../../../../lib/base/host_paths.ts";
import { listNamedImages } from "../../../../lib/engine/images/named_images.ts";
import {
  tagImage,
  untagImage,
} from "../../../../lib/engine/images/tag_image.ts";
import { addNamedImage } from "../../../support/stored_images.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

function names(paths: HostPaths): string[][] {
  return listNamedImages(paths).map(({ names }) => [...names]);
}

Deno.test("tagImage() takes a name from who has it", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const old = await addNamedImage(paths, { names: ["a"] });
  const document = { created: "2021-01-01T00:00:00Z" };
  await addNamedImage(paths, { names: ["b"], document });
  await tagImage(paths, "a", "r:5000/x:1");
  await tagImage(paths, old.config.digest, "b");
  assert.deepEqual(names(paths), [[], [
    "docker.io/library/a:latest",
    "docker.io/library/b:latest",
    "r:5000/x:1",
  ]]);
  const digest = `x@sha256:${"0".repeat(64)}`;
  await assert.rejects(tagImage(paths, "a", digest), UsageError);
  await assert.rejects(tagImage(paths, "a", "Upper"), UsageError);
  await assert.rejects(tagImage(paths, "none", "d"), NotFoundError);
});

Deno.test("untagImage() takes all names, or those given", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  await addNamedImage(paths, { names: ["a:1", "a:2", "a:3"] });
  await assert.rejects(untagImage(paths, "a:1", ["a:2", "b"]), NotFoundError);
  assert.equal(names(paths)[0]?.length, 3);
  await untagImage(paths, "a:1", ["a:2"]);
  assert.deepEqual(names(paths), [[
    "docker.io/library/a:1",
    "docker.io/library/a:3",
  ]]);
  await untagImage(paths, "a:1", []);
  assert.deepEqual(names(paths), [[]]);
  await assert.rejects(untagImage(paths, "a:1", []), NotFoundError);
});
