/**
 * Images in and out of archives: import, load, save, and running what is in
 * one.
 *
 * @module
 */
import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { assertPrints, IMAGE, namesIn, placeTest } from "../support/cli.ts";
import { unpackImage } from "../support/images.ts";

const EPOCH = { SOURCE_DATE_EPOCH: "1700000000" };
const ID = /^sha256:[0-9a-f]{64}\n$/;

placeTest(
  "import gives the same id for the same files, however they come",
  async (place) => {
    const bytes = await Deno.readFile(IMAGE);
    const { stdout: id } = await place.tsdockerWith(
      {
        env: EPOCH,
      },
      ["import", IMAGE, "bb"],
    );
    assert.match(id, ID);
    const streams = [bytes, gzipSync(bytes), zstdCompressSync(bytes)];
    for (const stream of streams) {
      const outcome = await place.tsdockerWith(
        {
          stdin: Uint8Array.from(stream),
          env: { ...EPOCH, TZ: "Asia/Tokyo" },
        },
        ["import", "-", "bb:2"],
      );
      assertPrints(outcome, id);
    }
    assertPrints(await place.run("--rm", "bb", "echo", "hi"), "hi\n");
    assertPrints(await place.run("--rm", "bb:2", "echo", "hi"), "hi\n");
  },
);

placeTest("import takes a directory, settings and a comment", async (place) => {
  const rootfs = await unpackImage(`${place.work}/rootfs`, { "note": "x\n" });
  const words = ["import", "-c", 'CMD ["cat", "/note"]', "-m", "why", rootfs];
  const first = await place.tsdockerWith({ env: EPOCH }, [...words, "bb"]);
  assert.match(first.stdout, ID);
  assertPrints(await place.run("--rm", "bb"), "x\n");
  const again = await place.tsdockerWith({ env: EPOCH }, words);
  assertPrints(again, first.stdout);
  const refused = await place.tsdocker("import", "-c", "RUN x", rootfs);
  assert.equal(refused.code, 1);
});

placeTest("import does not unpack what run has unpacked", async (place) => {
  assertPrints(await place.run("--rm", IMAGE, "true"), "");
  const [layer = ""] = await namesIn(`${place.root}/layers`);
  const { ino } = await Deno.stat(`${place.root}/layers/${layer}`);
  assert.equal((await place.tsdocker("import", IMAGE, "bb")).code, 0);
  assert.deepEqual(await namesIn(`${place.root}/layers`), [layer]);
  assert.equal((await Deno.stat(`${place.root}/layers/${layer}`)).ino, ino);
});

placeTest(
  "what save writes is the same each time, here and elsewhere",
  async (place) => {
    for (const name of ["bb:1", "cc"]) {
      const { code } = await place.tsdockerWith(
        {
          env: EPOCH,
        },
        ["import", IMAGE, name],
      );
      assert.equal(code, 0);
    }
    const file = `${place.work}/s.tar`;
    assertPrints(await place.tsdocker("save", "-o", file, "bb", "cc"), "");
    const saved = await Deno.readFile(file);
    assert.equal((await place.tsdocker("rmi", "-f", "bb:1", "cc")).code, 0);
    assertPrints(
      await place.tsdocker("load", "-i", file),
      "Loaded image: bb:1\nLoaded image: cc:latest\n",
    );
    assertPrints(await place.run("--rm", "cc", "echo", "hi"), "hi\n");
    const again = `${place.work}/t.tar`;
    assertPrints(await place.tsdocker("save", "-o", again, "bb", "cc"), "");
    assert.deepEqual(await Deno.readFile(again), saved);
  },
);

placeTest(
  "load reads what save writes, in each format and from stdin",
  async (place) => {
    await place.tsdocker("import", IMAGE, "bb:1");
    for (const format of ["docker-archive", "oci-archive", "oci-dir"]) {
      const target = `${place.work}/${format}`;
      const words = ["save", "--format", format, "-o", target, "bb"];
      assertPrints(await place.tsdocker(...words), "");
      const elsewhere = ["--root", `${place.root}-2`, "load", "-i", target];
      assertPrints(await place.tsdocker(...elsewhere), "Loaded image: bb:1\n");
      if (format === "oci-dir") continue;
      const stdin = Uint8Array.from(gzipSync(await Deno.readFile(target)));
      const piped = ["--root", `${place.root}-3`, "load", "-q"];
      assertPrints(
        await place.tsdockerWith({ stdin }, piped),
        "Loaded image: bb:1\n",
      );
    }
    for (const root of [`${place.root}-2`, `${place.root}-3`]) {
      await Deno.remove(root, { recursive: true });
    }
  },
);

placeTest(
  "run takes images of archives, of layouts and from stdin",
  async (place) => {
    const words = ["import", "-c", 'CMD ["echo", "hi"]', IMAGE, "bb:1"];
    assert.equal((await place.tsdocker(...words)).code, 0);
    const [tar, dir] = [`${place.work}/x.tar`, `${place.work}/x`];
    await place.tsdocker("save", "-o", tar, "bb:1");
    await place.tsdocker("save", "--format", "oci-dir", "-o", dir, "bb:1");
    await place.tsdocker("rmi", "-f", "bb:1");
    for (
      const image of [
        "./x.tar",
        "docker-archive:x.tar",
        "docker-archive:x.tar:bb:1",
        "oci-archive:x.tar:1",
        `oci:${dir}`,
        "oci:x:1",
      ]
    ) assertPrints(await place.run("--rm", image), "hi\n");
    const stdin = await Deno.readFile(tar);
    assertPrints(
      await place.tsdockerWith({ stdin }, ["run", "--rm", "-"]),
      "hi\n",
    );
    const rootfs = await Deno.readFile(IMAGE);
    assertPrints(
      await place.tsdockerWith(
        {
          stdin: rootfs,
        },
        ["run", "--rm", "-", "echo", "ho"],
      ),
      "ho\n",
    );
    const other = await place.run("--rm", "docker-archive:x.tar:cc");
    assert.equal(other.code, 125);
    assert.match(
      other.stderr,
      /^tsdocker: Cannot find image "cc" in ".*": it has bb:1$/m,
    );
  },
);

placeTest("a damaged archive leaves nothing", async (place) => {
  const bytes = zstdCompressSync(await Deno.readFile(IMAGE));
  const stdin = Uint8Array.from(bytes.subarray(0, bytes.length >> 1));
  for (const words of [["import", "-"], ["load"], ["run", "--rm", "-"]]) {
    const outcome = await place.tsdockerWith({ stdin }, words);
    assert.notEqual(outcome.code, 0);
    assert.match(outcome.stderr, /zstd data is corrupt or cut short/);
  }
  assert.deepEqual(await namesIn(`${place.root}/layers`), []);
  assert.deepEqual(await namesIn(`${place.root}/blobs/sha256`), []);
});
