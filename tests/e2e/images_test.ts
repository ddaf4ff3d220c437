/**
 * Images of the store: listed, named, told of, removed.
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
  shell,
} from "../support/cli.ts";

/** Imports the test image and gives its id. */
async function importImage(place: Place, name: string): Promise<string> {
  const { code, stdout, stderr } = await place.tsdocker("import", IMAGE, name);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trim();
}

placeTest("images are listed under their names", async (place) => {
  const id = await importImage(place, "bb");
  const short = id.slice("sha256:".length).slice(0, 12);
  const { stdout } = await place.tsdocker("images");
  assert.match(
    stdout,
    /^REPOSITORY +TAG +IMAGE ID +CREATED +SIZE\nbb +latest +[0-9a-f]{12} .* [\d.]+MB\n$/,
  );
  assertPrints(await place.tsdocker("tag", "bb", "r:5000/team/bb:1"), "");
  const names = ["images", "--format", "{{.Repository}}:{{.Tag}}"];
  assertPrints(
    await place.tsdocker(...names),
    "bb:latest\nr:5000/team/bb:1\n",
  );
  assertPrints(await place.tsdocker("image", "ls", "-q", "b*"), `${short}\n`);
  assertPrints(await place.tsdocker("image", "exists", short), "");
  assert.equal((await place.tsdocker("image", "exists", "none")).code, 1);
  const history = ["history", "--format", "{{.ID}} {{.Size}}", "bb"];
  assert.match(
    (await place.tsdocker(...history)).stdout,
    /^[0-9a-f]{12} [\d.]+MB\n$/,
  );
  const format = ["-f", "{{.Id}} {{len .RepoTags}} {{len .RootFS.Layers}}"];
  assertPrints(
    await place.tsdocker("image", "inspect", ...format, "bb"),
    `${id} 2 1\n`,
  );
  assertPrints(
    await place.tsdocker("inspect", ...format, "bb"),
    `${id} 2 1\n`,
  );
  const missing = await place.tsdocker("inspect", "--type", "image", "none");
  assert.deepEqual([missing.code, missing.stdout], [1, "[]\n"]);
  assert.match(missing.stderr, /No such image: none/);
  assertPrints(await place.tsdocker("untag", "bb", "r:5000/team/bb:1"), "");
  assertPrints(await place.tsdocker(...names), "bb:latest\n");
});

placeTest("rmi takes care of what uses an image", async (place) => {
  const id = await importImage(place, "bb");
  const removed = `Untagged: bb:latest\nDeleted: ${id}\n`;
  assertPrints(await place.run("--name", "c", "bb", "true"), "");
  const filter = ["ps", "-aq", "--filter", `ancestor=${id}`];
  assert.match((await place.tsdocker(...filter)).stdout, /^[0-9a-f]{12}\n$/);
  const refused = await place.tsdocker("rmi", "bb");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /\(must force\) - container \w{12} \(c\) is/);
  assertPrints(await place.tsdocker("rmi", "-f", "bb"), removed);
  // Its container has all that it needs.
  assertPrints(await place.tsdocker("start", "-a", "c"), "");
  assert.equal((await place.tsdocker("rmi", "bb")).code, 1);
  assert.equal((await place.tsdocker("rmi", "-f", "bb")).code, 0);
  assertPrints(await place.tsdocker("rm", "c"), "c\n");
  await place.tsdocker("image", "prune", "-af");
  assert.deepEqual(await namesIn(`${place.root}/layers`), []);
  assert.deepEqual(await namesIn(`${place.root}/blobs/sha256`), []);
});

placeTest("image verify tells of damage", async (place) => {
  await importImage(place, "bb");
  assertPrints(await place.tsdocker("image", "verify"), "bb:latest: ok\n");
  const [layer = ""] = await namesIn(`${place.root}/layers`);
  await Deno.chmod(`${place.root}/layers/${layer}/bin/busybox`, 0o644);
  const { code, stdout } = await place.tsdocker("image", "verify", "bb");
  assert.equal(code, 1);
  assert.match(
    stdout,
    /^bb:latest: Layer sha256:\w+: ".*" has mode 0644 instead of 0755\n$/,
  );
});

placeTest("system prune -a leaves nothing of images", async (place) => {
  await importImage(place, "bb");
  assertPrints(await place.run("--name", "c", ...shell("true")), "");
  assertPrints(await place.tsdocker("tag", "bb", "cc"), "");
  const { stdout } = await place.tsdocker("system", "df", "-v");
  const du = async (): Promise<number> => {
    const { stdout } = await new Deno.Command("du", {
      args: ["-sB1", place.root],
    }).output();
    return Number.parseInt(new TextDecoder().decode(stdout));
  };
  const [, megabytes = ""] = /^Total: ([\d.]+)MB$/m.exec(stdout) ?? [];
  const told = Number(megabytes) * 1_000_000;
  assert.ok(Math.abs(told - await du()) < told / 100, `${told} ${await du()}`);
  const flags = ["system", "prune", "-af", "--volumes"];
  assert.match(
    (await place.tsdocker(...flags)).stdout,
    /untagged: bb:latest\nuntagged: cc:latest\ndeleted: sha256:/,
  );
  assert.ok(await du() < 1_000_000);
});

placeTest("images are added and used while others go", async (place) => {
  const ROUNDS = 3;
  const use = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      await importImage(place, "used");
      assertPrints(await place.run("--rm", "used", "echo", "hi"), "hi\n");
    }
  };
  const remove = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      // The same layer, in an image of its own.
      const id = await importImage(place, "other");
      const { stdout } = await place.tsdocker("rmi", "other");
      assert.ok(stdout.includes(`Deleted: ${id}\n`), stdout);
    }
  };
  const prune = async (): Promise<void> => {
    for (let round = 0; round < ROUNDS; round++) {
      const { code, stderr } = await place.tsdocker("image", "prune", "-f");
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    }
  };
  await Promise.all([use(), remove(), prune()]);
  assertPrints(await place.run("--rm", "used", "echo", "hi"), "hi\n");
  const verified = await place.tsdocker("image", "verify");
  assert.match(verified.stdout, /^(?:[0-9a-z:]+: ok\n)+$/);
  await place.tsdocker("system", "prune", "-af");
  for (const name of ["layers", "blobs/sha256", "manifests", "references"]) {
    assert.deepEqual(await namesIn(`${place.root}/${name}`), [], name);
  }
});
