/**
 * `commit` and `image diff` with the built program: what a container has
 * changed is there when its image is run.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  eventually,
  IMAGE,
  LAUNCHERS,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";

const ID = /^sha256:[0-9a-f]{64}\n$/;

/** Runs a script in an image, and makes an image of what it has left. */
async function commitAfter(
  place: Place,
  [image, script]: readonly [image: string, script: string],
  name: string,
): Promise<void> {
  const words = ["--name", "cc", image, "sh", "-c", script];
  assertPrints(await place.run(...words), "");
  const outcome = await place.tsdocker("commit", "cc", name);
  assert.deepEqual([outcome.code, outcome.stderr], [0, ""]);
  assert.match(outcome.stdout, ID);
  assertPrints(await place.tsdocker("rm", "cc"), "cc\n");
}

placeTest(
  "what a container writes and deletes is in its image",
  async (place) => {
    const script = "echo q >/n; rm /etc/passwd";
    assertPrints(await place.run("--name", "mm", ...shell(script)), "");
    const changes = "C /etc\nD /etc/passwd\nA /n\n";
    assertPrints(await place.tsdocker("diff", "mm"), changes);
    const commit = ["commit", "-c", 'CMD ["cat", "/n"]', "mm", "bb2"];
    assert.match((await place.tsdocker(...commit)).stdout, ID);
    assertPrints(await place.tsdocker("rm", "mm"), "mm\n");
    assertPrints(await place.run("--rm", "bb2"), "q\n");
    const gone = await place.run("--rm", "bb2", "cat", "/etc/passwd");
    assert.equal(gone.code, 1);
    assertPrints(await place.tsdocker("image", "diff", "bb2"), changes);
  },
);

placeTest("images of images keep all that has been done", async (place) => {
  const steps = [
    "mkdir -p /d/e; echo 1 >/d/e/f; echo 1 >/a",
    "rm -r /d /a; mkdir /d; echo 2 >/d/g; ln /d/g /h",
    "rm -r /d; mkdir -p /d/e; mkdir /a; echo 3 >>/h",
  ];
  for (const [index, step] of steps.entries()) {
    const image = index === 0 ? IMAGE : `i:${index}`;
    await commitAfter(place, [image, step], `i:${index + 1}`);
  }
  const look = ["sh", "-c", "find /a /d /h | sort; cat /h"];
  for (const launcher of LAUNCHERS) {
    const env = { TSDOCKER_LAUNCHER: launcher };
    const words = ["run", "--rm", "i:3", ...look];
    const shown = await place.tsdockerWith({ env }, words);
    assertPrints(shown, "/a\n/d\n/d/e\n/h\n2\n3\n");
  }
  assertPrints(
    await place.tsdocker("image", "diff", "i:3", "i:1"),
    "C /a\nC /d\nC /d/e\nD /d/e/f\nA /h\n",
  );
});

placeTest(
  "a running container is paused only while it is committed",
  async (place) => {
    const script =
      "i=0; while :; do i=$((i+1)); echo $i >/tick; sleep 0.01; done";
    const run = ["-d", "--name", "tt", ...shell(script)];
    assert.equal((await place.run(...run)).code, 0);
    const tick = async (): Promise<number> => {
      const { stdout } = await place.tsdocker("exec", "tt", "cat", "/tick");
      return Number(stdout);
    };
    const ticksAbove = (least: number): Promise<true> =>
      eventually(
        "the container goes on",
        async () => await tick() > least || undefined,
      );
    await ticksAbove(0);
    const file = `${place.work}/id`;
    const words = ["commit", "--iidfile", file, "tt", "ticked"];
    const commit = await place.tsdocker(...words);
    assert.deepEqual([commit.code, commit.stderr], [0, ""]);
    assert.equal(await Deno.readTextFile(file), commit.stdout.trimEnd());
    await ticksAbove(await tick());
    const unpaused = await place.tsdocker("commit", "--pause=false", "tt");
    assert.match(unpaused.stdout, ID);
    // What a user has paused stays so.
    assertPrints(await place.tsdocker("pause", "tt"), "tt\n");
    assert.match((await place.tsdocker("commit", "tt")).stdout, ID);
    assertPrints(await place.tsdocker("unpause", "tt"), "tt\n");
    const kept = await place.run("--rm", "ticked", "cat", "/tick");
    assert.ok(Number(kept.stdout) > 0);
    assert.equal((await place.tsdocker("rm", "-f", "tt")).code, 0);
  },
);

placeTest("commit tells what is wrong", async (place) => {
  assertPrints(await place.run("--name", "cc", ...shell("touch /.wh.x")), "");
  const cases: readonly (readonly [words: string[], message: RegExp])[] = [
    [["nobody"], /^tsdocker: No such container: nobody$/m],
    [["-c", "RUN x", "cc"], /: run is not a valid change command$/m],
    [["cc", "Bad"], /: repository name \(Bad\) must be lowercase$/m],
    [["--timestamp", "-1", "cc"], /: invalid timestamp -1/],
    [["cc"], /: Cannot make a layer with "\.wh\.x": a name that begins with/],
  ];
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await place.tsdocker("commit", ...words);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, message);
  }
  assertPrints(await place.tsdocker("rm", "cc"), "cc\n");
});
