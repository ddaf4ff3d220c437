/**
 * The forms an image may have, and where it is found.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Outcome,
  placeTest,
  shell,
} from "../support/cli.ts";
import {
  compress,
  COMPRESSORS,
  isInstalled,
  packImage,
  unpackImage,
} from "../support/images.ts";

for (const [ending, program] of Object.entries(COMPRESSORS)) {
  if (await isInstalled(program)) {
    placeTest(`run takes a tar.${ending}, whatever its name`, async (place) => {
      const file = `${place.work}/image.tar.${ending}`;
      await compress(program, IMAGE, file);
      assertPrints(await place.run("--rm", file, "echo", "hi"), "hi\n");
      await Deno.rename(file, `${place.work}/image`);
      assertPrints(await place.run("--rm", "./image", "echo", "hi"), "hi\n");
      // The same content is the same layer, however it was packed.
      assertPrints(await place.run("--rm", IMAGE, "true"), "");
      assert.equal((await namesIn(`${place.root}/layers`)).length, 1);
    });
  } else {
    Deno.test.ignore(
      `run takes a tar.${ending} (skipped: no ${program})`,
      () => {},
    );
  }
}

placeTest("run says how to unpack a tar.bz2", async (place) => {
  const file = `${place.work}/image.tar.bz2`;
  const magic = [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41];
  await Deno.writeFile(file, new Uint8Array([...magic, ...Array(600).fill(0)]));
  assert.deepEqual(await place.run(file, "true"), {
    code: 125,
    stdout: "",
    stderr:
      `tsdocker: Cannot read "${file}": bzip2 compression is not supported\n\n` +
      `try: run "bzip2 -d ${file}" first\n`,
  });
});

forEachLauncher("run takes a directory and never changes it", async (place) => {
  const image = await unpackImage(`${place.work}/rootfs`, { "hello": "x\n" });
  assertPrints(
    await place.run(
      "--rm",
      "./rootfs",
      "sh",
      "-c",
      "cat /hello; echo y >/hello",
    ),
    "x\n",
  );
  assert.equal(await Deno.readTextFile(`${image}/hello`), "x\n");
});

placeTest("run finds an image by name", async (place) => {
  await Deno.mkdir(`${place.work}/images`);
  await Deno.mkdir(`${place.work}/elsewhere`);
  await Deno.copyFile(IMAGE, `${place.work}/images/near.tar`);
  await compress("gzip", IMAGE, `${place.work}/elsewhere/far.tar.gz`);
  const env = { TSDOCKER_IMAGE_PATH: "/nonexistent:elsewhere" };
  const run = (name: string, surroundings = {}): Promise<Outcome> =>
    place.tsdockerWith(surroundings, ["run", "--rm", name, "echo", name]);
  assertPrints(await run("near"), "near\n");
  assertPrints(await run("far", { env }), "far\n");
  assert.equal((await run("far")).code, 125);
  assert.equal((await run("near", { env })).code, 125);
  await Deno.mkdir(`${place.root}/images`, { recursive: true });
  await Deno.copyFile(IMAGE, `${place.root}/images/stored.tar`);
  assertPrints(await run("stored"), "stored\n");
});

placeTest("run unpacks once", async (place) => {
  assertPrints(await place.run("--rm", IMAGE, "true"), "");
  const [layer = "none"] = await namesIn(`${place.root}/layers`);
  const before = await Deno.stat(`${place.root}/layers/${layer}`);
  assertPrints(await place.run("--rm", IMAGE, "true"), "");
  assert.deepEqual(await namesIn(`${place.root}/layers`), [layer]);
  const after = await Deno.stat(`${place.root}/layers/${layer}`);
  assert.equal(after.ino, before.ino);
});

placeTest("run sees that a file has other content now", async (place) => {
  const image = await unpackImage(`${place.directory}/image`, { v: "1\n" });
  const file = `${place.work}/image.tar`;
  await packImage(image, file);
  assertPrints(await place.run("--rm", file, "cat", "/v"), "1\n");
  await Deno.writeTextFile(`${image}/v`, "2\n");
  await packImage(image, file);
  assertPrints(await place.run("--rm", file, "cat", "/v"), "2\n");
});

placeTest("run keeps what a tar file says of its files", async (place) => {
  const image = await unpackImage(`${place.directory}/image`);
  await Deno.writeTextFile(`${image}/tmp/owned`, "");
  await Deno.chown(`${image}/tmp/owned`, 1234, 5678);
  await Deno.chmod(`${image}/tmp/owned`, 0o4751);
  await Deno.link(`${image}/tmp/owned`, `${image}/tmp/second`);
  await Deno.symlink("owned", `${image}/tmp/link`);
  await Deno.utime(`${image}/tmp/owned`, 1_000_000_000, 1_000_000_000);
  await packImage(image, `${place.work}/image.tar`);
  assertPrints(
    await place.run(
      ...["--rm", "./image.tar", "sh", "-c"],
      "cd /tmp; stat -c '%u:%g %a %h %Y' second; readlink link; " +
        "stat -c %a /tmp /root; stat -c %a:%u:%g /bin/busybox",
    ),
    "1234:5678 4751 2 1000000000\nowned\n1777\n700\n755:0:0\n",
  );
});

placeTest("runs at once unpack one image together", async (place) => {
  const outcomes = await Promise.all(
    Array.from({ length: 6 }, () => place.run("--rm", ...shell("echo $$"))),
  );
  for (const outcome of outcomes) assertPrints(outcome, "1\n");
  assert.equal((await namesIn(`${place.root}/layers`)).length, 1);
});

placeTest(
  "run killed while it unpacks leaves nothing trusted",
  async (place) => {
    for (const delayMs of [20, 30, 40, 50, 60, 70, 80]) {
      const running = place.start(["run", "--rm", IMAGE, "true"]);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      await running.killAnyway();
    }
    assertPrints(
      await place.run("--rm", ...shell("busybox | head -c 7")),
      "BusyBox",
    );
  },
);
