/**
 * Files in and out of containers: `cp`, `diff` and `export`.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";
import { archive, concat, file, symlink } from "../support/tar_builder.ts";

/** A running container of that name; it ends with its stdin. */
async function withRunning(
  place: Place,
  words: readonly string[],
  use: () => Promise<void>,
): Promise<void> {
  const script = "echo ready; cat >/dev/null; cat /tmp/z /etc/hosts";
  const running = place.start(
    ["run", "-i", "--rm", "--name", "aa", ...words, ...shell(script)],
    { stdin: "" },
  );
  assert.equal(await running.stdout.line(), "ready");
  await use();
  await running.closeStdin();
  assert.equal(await running.stdout.rest(), "z\nhosts\n");
  assert.equal(await running.status(), 0);
}

/** The names in an archive, as tar(1) reads it. */
async function namesOf(path: string): Promise<string[]> {
  const command = new Deno.Command("tar", { args: ["tf", path] });
  const { stdout, success } = await command.output();
  assert.ok(success);
  return new TextDecoder().decode(stdout).trimEnd().split("\n");
}

forEachLauncher(
  "cp copies into and out of a running container",
  async (place) => {
    await Deno.writeTextFile(`${place.work}/z`, "z\n");
    await Deno.writeTextFile(`${place.work}/h`, "hosts\n");
    await withRunning(place, [], async () => {
      assertPrints(await place.tsdocker("cp", "z", "aa:/tmp/"), "");
      assertPrints(await place.tsdocker("cp", "h", "aa:/etc/hosts"), "");
      assertPrints(await place.tsdocker("cp", "aa:/tmp/z", "back"), "");
      assert.equal(await Deno.readTextFile(`${place.work}/back`), "z\n");
      const kernel = await place.tsdocker("cp", "aa:/proc/version", "v");
      assert.match(kernel.stderr, /^tsdocker: Cannot copy "\/proc\/version": /);
      // Neither the kernel's files nor the devices are the container's.
      const all = await place.tsdocker("cp", "aa:/", "all");
      assert.deepEqual([all.code, all.stderr], [0, ""]);
      for (const name of ["proc", "sys", "dev"]) {
        const entries = await Array.fromAsync(
          Deno.readDir(`${place.work}/all/${name}`),
        );
        assert.deepEqual(entries, []);
      }
    });
  },
);

placeTest("cp copies with the ids that a container knows", async (place) => {
  await Deno.writeTextFile(`${place.work}/z`, "z\n");
  await Deno.writeTextFile(`${place.work}/h`, "hosts\n");
  await Deno.chown(`${place.work}/z`, 33, 44);
  await withRunning(place, ["--userns", "auto"], async () => {
    assertPrints(await place.tsdocker("cp", "z", "aa:/tmp/z"), "");
    assertPrints(await place.tsdocker("cp", "h", "aa:/etc/hosts"), "");
    assertPrints(await place.tsdocker("cp", "-a", "aa:/tmp/z", "back"), "");
    const { uid, gid } = await Deno.stat(`${place.work}/back`);
    assert.deepEqual([uid, gid], [33, 44]);
  });
});

placeTest(
  "cp, diff and export work on a container that has ended",
  async (place) => {
    const script = "echo q >/n; rm /etc/passwd; mkdir /d; chmod 4755 /n";
    assertPrints(await place.run("--name", "mm", ...shell(script)), "");
    assertPrints(
      await place.tsdocker("diff", "mm"),
      "A /d\nC /etc\nD /etc/passwd\nA /n\n",
    );
    await Deno.writeTextFile(`${place.work}/z`, "z\n");
    assertPrints(await place.tsdocker("cp", "z", "mm:/d"), "");
    assertPrints(await place.tsdocker("cp", "mm:/n", "."), "");
    assert.equal((await Deno.stat(`${place.work}/n`)).mode, 0o100755);
    assertPrints(await place.tsdocker("export", "-o", "mm.tar", "mm"), "");
    const names = await namesOf(`${place.work}/mm.tar`);
    assert.ok(names.includes("d/z"));
    assert.ok(!names.includes("etc/passwd"));
    // What has been exported is an image.
    assertPrints(
      await place.run("--rm", "./mm.tar", "cat", "/n", "/d/z"),
      "q\nz\n",
    );
    assertPrints(await place.tsdocker("rm", "mm"), "mm\n");
  },
);

placeTest(
  "cp takes an archive, and a link in it leads nowhere outside",
  async (place) => {
    assertPrints(await place.run("--name", "mm", IMAGE, "true"), "");
    const secret = `${place.work}/secret`;
    await Deno.writeTextFile(secret, "secret");
    const hostile = archive(symlink("l", place.work), file("l/secret", "lost"));
    const refused = await place.tsdockerWith({ stdin: concat(hostile) }, [
      "cp",
      "-",
      "mm:/tmp",
    ]);
    assert.deepEqual(refused, {
      code: 1,
      stdout: "",
      stderr:
        'tsdocker: Cannot copy "l/secret" to "mm:/tmp": "l" does not lead to a directory\n',
    });
    assert.equal(await Deno.readTextFile(secret), "secret");
    const bytes = concat(archive(symlink("s", secret), file("f", "text")));
    for (const stdin of [bytes, await gzip(bytes)]) {
      const words = ["cp", "-", "mm:/tmp"];
      assertPrints(await place.tsdockerWith({ stdin }, words), "");
    }
    assertPrints(await place.tsdocker("cp", "mm:/tmp/f", "f"), "");
    const followed = await place.tsdocker("cp", "-L", "mm:/tmp/s", "s");
    assert.deepEqual([followed.code, followed.stdout], [1, ""]);
    assert.match(
      followed.stderr,
      /Could not find the file \/tmp\/s in container/,
    );
    assertPrints(await place.tsdocker("rm", "mm"), "mm\n");
  },
);

async function gzip(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream()
    .pipeThrough(new CompressionStream("gzip"));
  return await new Response(stream).bytes();
}
