/**
 * Which images `save` takes, and under which names.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type HostPaths, hostPaths } from "../../../../lib/base/host_paths.ts";
import { selectImages } from "../../../../lib/engine/images/save_selection.ts";
import { familiarName } from "../../../../lib/oci/reference.ts";
import { addNamedImage } from "../../../support/stored_images.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

/** Names image by image: of one with commas, of several with spaces. */
async function select(paths: HostPaths, ...texts: string[]): Promise<string> {
  const images = await selectImages(paths, texts);
  return images.map(({ references }) =>
    references.map(familiarName).join(",") || "-"
  ).join(" ");
}

Deno.test("selectImages() takes all tags only if none is named", async () => {
  using directory = new TemporaryDirectory();
  const paths = hostPaths({ root: directory.path, runRoot: directory.path });
  const document = (author: string): Record<string, unknown> => ({ author });
  await addNamedImage(paths, { names: ["deb:1"], document: document("a") });
  const { config } = await addNamedImage(paths, {
    names: ["deb:2", "deb", "r:5000/team/deb:2"],
    document: document("b"),
  });
  const id = config.digest.slice("sha256:".length);
  const table: [string, ...string[]][] = [
    ["deb:2", "deb:2"],
    ["deb:latest", "deb:latest"],
    ["deb:1 deb:2", "deb:1", "deb:2"],
    ["deb:2,deb:latest", "deb:2", "deb:latest", "deb:2"],
    ["r:5000/team/deb:2", "r:5000/team/deb:2"],
    ["r:5000/team/deb:2", "r:5000/team/deb"],
    ["-", id.slice(0, 12)],
  ];
  for (const [expected, ...texts] of table) {
    assert.equal(await select(paths, ...texts), expected, texts.join(" "));
  }
  const all = (await select(paths, "deb")).split(" ").sort();
  assert.deepEqual(all, ["deb:1", "deb:2,deb:latest"]);
});
