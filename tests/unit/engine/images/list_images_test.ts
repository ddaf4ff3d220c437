/**
 * Which images are listed, and by which of their names.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NotFoundError, UsageError } from "../../../../lib/base/errors.ts";
import { type HostPaths, hostPaths } from "../../../../lib/base/host_paths.ts";
import {
  type ImageFilterKey,
  selectImages,
} from "../../../../lib/engine/images/list_images.ts";
import { namePattern } from "../../../../lib/engine/images/name_pattern.ts";
import {
  listNamedImages,
  repositoryNames,
} from "../../../../lib/engine/images/named_images.ts";
import { addNamedImage } from "../../../support/stored_images.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

async function fill(paths: HostPaths): Promise<void> {
  const add = (
    names: readonly string[],
    created: string,
    Labels: Record<string, string> = {},
  ): Promise<unknown> =>
    addNamedImage(paths, { names, document: { created, config: { Labels } } });
  await add(["old:1", "r:5000/team/old"], "2020-01-01T00:00:00Z", { a: "1" });
  await add(["mid"], "2021-01-01T00:00:00Z", { a: "1", b: "" });
  await add([], "2022-01-01T00:00:00Z");
  await add(["new:a", "new:b"], "2023-01-01T00:00:00Z");
}

/** Names without what goes without saying; an image without one is `-`. */
async function list(
  paths: HostPaths,
  ...filters: [ImageFilterKey, string[]][]
): Promise<string> {
  const nowMs = Date.parse("2024-01-01");
  const images = await selectImages(paths, new Map(filters), nowMs);
  return images.map((image) => repositoryNames(image).tags.join(",") || "-")
    .join(" ");
}

Deno.test("selectImages() filters", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  await fill(paths);
  const all = "new:a,new:b - mid:latest old:1,r:5000/team/old:latest";
  const table: [string, ...[ImageFilterKey, string[]][]][] = [
    [all],
    ["-", ["dangling", ["true"]]],
    ["new:a,new:b mid:latest old:1,r:5000/team/old:latest", [
      "dangling",
      ["0"],
    ]],
    [all, ["dangling", ["1", "f"]]],
    ["mid:latest", ["label", ["a=1", "b"]]],
    ["", ["label", ["a=2"]]],
    ["mid:latest old:1,r:5000/team/old:latest", ["label", ["a"]]],
    ["old:1,r:5000/team/old:latest", ["before", ["mid"]]],
    ["new:a,new:b -", ["since", ["mid"]]],
    ["new:a,new:b", ["since", ["mid"]], ["dangling", ["false"]]],
    ["mid:latest old:1,r:5000/team/old:latest", ["until", ["2021-06-01"]]],
    ["old:1,r:5000/team/old:latest", ["until", ["26281h"]]],
    ["new:b old:1", ["reference", ["new:b", "o?d"]]],
    ["r:5000/team/old:latest", ["reference", ["r:5000/*/*"]]],
    ["", ["reference", ["nothing"]]],
  ];
  for (const [names, ...filters] of table) {
    assert.equal(await list(paths, ...filters), names, JSON.stringify(filters));
  }
  await assert.rejects(list(paths, ["dangling", ["maybe"]]), UsageError);
  await assert.rejects(list(paths, ["until", ["soon"]]), UsageError);
  await assert.rejects(list(paths, ["before", ["nothing"]]), NotFoundError);
});

Deno.test("namePattern() is Go's", () => {
  const bb = "docker.io/library/bb:1.36";
  const table: [pattern: string, name: string, matches: boolean][] = [
    ["bb", bb, true],
    ["b*", bb, true],
    ["b", bb, false],
    ["bb:1.3[0-6]", bb, true],
    ["bb:1.3[^0-6]", bb, false],
    ["bb:1?36", bb, true],
    ["bb:1[.]36", bb, true],
    ["bb:1\\.36", bb, true],
    ["docker.io/library/bb", bb, true],
    ["docker.io/library/bb:*", bb, true],
    ["*", "docker.io/team/bb:1", false],
    ["*/bb", "docker.io/team/bb:1", true],
    ["team/*:[!a]", "docker.io/team/bb:1", false],
    ["team[/]bb", "docker.io/team/bb:1", false],
    ["t[\\]a-f]am/bb", "docker.io/team/bb:1", true],
  ];
  for (const [pattern, name, matches] of table) {
    assert.equal(namePattern(pattern)(name), matches, pattern);
  }
  for (const pattern of ["[", "a[", "[]", "a\\"]) {
    assert.throws(() => namePattern(pattern), UsageError, pattern);
  }
});

Deno.test("repositoryNames() tells digests by repository", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const list = `sha256:${"1".repeat(64)}`;
  const image = await addNamedImage(paths, {
    names: ["a:1", "a:2", "b", `b@${list}`, `c@${list}`],
  });
  const [named] = listNamedImages(paths);
  assert.ok(named);
  assert.deepEqual(repositoryNames(named), {
    tags: ["a:1", "a:2", "b:latest"],
    digests: [`a@${image.manifest.digest}`, `b@${list}`, `c@${list}`],
  });
});
