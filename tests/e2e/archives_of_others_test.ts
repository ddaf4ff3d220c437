/**
 * Archives of images as skopeo, umoci and podman write and read them; what is
 * not installed is skipped, and counted as skipped.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  IMAGE,
  namesIn,
  type Place,
  placeTest,
} from "../support/cli.ts";
import { isInstalled } from "../support/images.ts";
import { describeTree, run } from "../support/unpacking.ts";

/** Registers a test that needs a program of somebody else. */
async function testWith(
  program: string,
  name: string,
  test: (place: Place) => Promise<void>,
): Promise<void> {
  if (await isInstalled(program)) return placeTest(name, test);
  Deno.test.ignore(`${name} (skipped: no ${program})`, () => {});
}

/** Imports the test image, and returns its id. */
async function importImage(place: Place): Promise<string> {
  const words = ["import", "-c", 'CMD ["echo", "hi"]', IMAGE, "bb:1"];
  const { code, stdout } = await place.tsdocker(...words);
  assert.equal(code, 0);
  return stdout.trim();
}

await testWith("skopeo", "skopeo reads what save writes", async (place) => {
  const id = await importImage(place);
  for (const format of ["docker-archive", "oci-archive", "oci-dir"]) {
    const target = `${place.work}/${format}`;
    const words = ["save", "--format", format, "-o", target, "bb:1"];
    assertPrints(await place.tsdocker(...words), "");
  }
  const sources = [
    `docker-archive:${place.work}/docker-archive:bb:1`,
    `oci-archive:${place.work}/docker-archive:1`,
    `oci-archive:${place.work}/oci-archive:1`,
    `oci:${place.work}/oci-dir:1`,
  ];
  for (const [index, source] of sources.entries()) {
    const inspected = JSON.parse(run("skopeo", ["inspect", source]));
    assert.equal(inspected.Architecture, archOfHost());
    const copy = `${place.work}/copy-${index}`;
    run("skopeo", ["copy", "-q", source, `dir:${copy}`]);
    // skopeo verifies digests as it copies; the config keeps its own.
    const text = await Deno.readTextFile(`${copy}/manifest.json`);
    assert.equal(JSON.parse(text).config.digest, id);
  }
});

await testWith("skopeo", "load reads what skopeo writes", async (place) => {
  const id = await importImage(place);
  const dir = `${place.work}/oci`;
  await place.tsdocker("save", "--format", "oci-dir", "-o", dir, "bb:1");
  await place.tsdocker("rmi", "-f", "bb:1");
  const targets = {
    "docker-archive": `${place.work}/d.tar:bb:2`,
    "oci-archive": `${place.work}/o.tar:bb:2`,
  };
  for (const [transport, target] of Object.entries(targets)) {
    const name = `${transport}:${target}`;
    run("skopeo", ["copy", "-q", `oci:${dir}:1`, name]);
    const [file = ""] = target.split(":");
    assertPrints(
      await place.tsdocker("load", "-i", file),
      "Loaded image: bb:2\n",
    );
    const shown = await place.tsdocker(
      "image",
      "inspect",
      "-f",
      "{{.Id}}",
      "bb:2",
    );
    assertPrints(shown, `${id}\n`);
    assertPrints(await place.run("--rm", name), "hi\n");
    await place.tsdocker("rmi", "-f", "bb:2");
  }
});

await testWith(
  "umoci",
  "umoci unpacks the files that were imported",
  async (place) => {
    await importImage(place);
    const dir = `${place.work}/oci`;
    await place.tsdocker("save", "--format", "oci-dir", "-o", dir, "bb:1");
    const bundle = `${place.work}/bundle`;
    run("umoci", ["unpack", "--image", `${dir}:1`, bundle]);
    const [layer = ""] = await namesIn(`${place.root}/layers`);
    // The archive says nothing of the root itself.
    const files = (tree: string): string[] =>
      describeTree(tree).filter((line) => !line.startsWith("\t"));
    assert.deepEqual(
      files(`${bundle}/rootfs`),
      files(`${place.root}/layers/${layer}`),
    );
  },
);

await testWith(
  "podman",
  "podman and tsdocker load what the other saves",
  async (place) => {
    const id = await importImage(place);
    const saved = `${place.work}/s.tar`;
    assertPrints(await place.tsdocker("save", "-o", saved, "bb:1"), "");
    const podman = (...words: string[]): string =>
      run("podman", [
        "--root",
        `${place.work}/podman`,
        "--runroot",
        `${place.work}/podman-run`,
        "--storage-driver",
        "vfs",
        ...words,
      ]);
    podman("load", "-q", "-i", saved);
    const list = podman(
      "images",
      "--no-trunc",
      "--format",
      "{{.Id}} {{.Repository}}",
    );
    const [known, name = ""] = list.trim().split(" ");
    assert.equal(known?.replace(/^(?!sha256:)/, "sha256:"), id);
    for (const format of ["docker-archive", "oci-archive", "oci-dir"]) {
      const target = `${place.work}/${format}`;
      podman("save", "-q", "--format", format, "-o", target, `${name}:1`);
      assertPrints(
        await place.tsdocker("load", "-i", target),
        "Loaded image: bb:1\n",
      );
      assertPrints(await place.run("--rm", "bb:1"), "hi\n");
      await place.tsdocker("rmi", "-f", "bb:1");
    }
  },
);

/** In the words of images. */
function archOfHost(): string {
  return Deno.build.arch === "x86_64" ? "amd64" : "arm64";
}
