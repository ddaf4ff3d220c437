/**
 * `logs`, of containers that run, have ended, and write too much.
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

async function remove(place: Place, name: string): Promise<void> {
  assertPrints(await place.tsdocker("rm", "-f", name), `${name}\n`);
}

forEachLauncher(
  "logs gives each stream what was written to it",
  async (place) => {
    const script = "echo out; echo err >&2; printf rest; exit 3";
    const ran = await place.run("--name", "c1", ...shell(script));
    assert.equal(ran.code, 3);
    const all = await place.tsdocker("logs", "c1");
    assert.deepEqual(all, { code: 0, stdout: "out\nrest", stderr: "err\n" });
    const last = await place.tsdocker("container", "logs", "-n", "1", "c1");
    assertPrints(last, "rest");
    const stamped = await place.tsdocker("logs", "-t", "--since", "1h", "c1");
    assert.match(
      stamped.stdout,
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z out\n.*Z rest$/,
    );
    assertPrints(await place.tsdocker("logs", "--until", "1h", "c1"), "");
    await remove(place, "c1");
  },
);

placeTest("logs -f follows a container until it ends", async (place) => {
  const words = ["run", "-i", "--name", "cat", IMAGE, "cat"];
  const running = place.start(words, { stdin: "" });
  await running.write("one\n");
  assert.equal(await running.stdout.line(), "one");
  const following = place.start(["logs", "--follow", "cat"]);
  assert.equal(await following.stdout.line(), "one");
  await running.write("two\n");
  assert.equal(await following.stdout.line(), "two");
  await running.write("last");
  await running.closeStdin();
  assert.equal(await following.stdout.rest(), "last");
  assert.deepEqual([await running.status(), await following.status()], [0, 0]);
  await remove(place, "cat");
});

placeTest("logs reads across rotation, as much as is kept", async (place) => {
  const limits = ["--log-opt", "max-size=100k", "--log-opt", "max-file=3"];
  const script = "read go; seq 20000; echo end";
  const words = ["run", "-i", "--name", "yy", ...limits, ...shell(script)];
  const running = place.start(words, { stdin: "" });
  const output = running.stdout.rest();
  await running.write("go\n");
  await running.closeStdin();
  assert.equal(await running.status(), 0);
  const [id] = await place.containers();
  const directory = `${place.root}/containers/${id}/log`;
  let count = 0;
  for await (const { name } of Deno.readDir(directory)) {
    count++;
    const { size } = await Deno.stat(`${directory}/${name}`);
    assert.ok(size <= 100 * 1024, `${name} has ${size} bytes`);
  }
  assert.equal(count, 3);
  const { stdout } = await place.tsdocker("logs", "yy");
  assert.ok((await output).endsWith(stdout));
  assert.ok(stdout.split("\n").length > 2000);
  assertPrints(await place.tsdocker("logs", "--tail=1", "yy"), "end\n");
  await remove(place, "yy");
});

placeTest(
  "logs gives a line of 10 MB in full",
  async (place) => {
    const bytes = 10 * 1024 * 1024;
    const script = `head -c ${bytes} /dev/zero | tr '\\0' x; echo; echo after`;
    const ran = await place.run("--name", "long", ...shell(script));
    assert.equal(ran.code, 0);
    const { stdout } = await place.tsdocker("logs", "long");
    assert.equal(stdout.length, bytes + "\nafter\n".length);
    assert.ok(stdout === ran.stdout);
    await remove(place, "long");
  },
);

placeTest("logs of what is not there, or not written down", async (place) => {
  assert.deepEqual(await place.tsdocker("logs", "nosuch"), {
    code: 1,
    stdout: "",
    stderr: "tsdocker: No such container: nosuch\n\ntry: tsdocker ps -a\n",
  });
  const quiet = ["--log-driver", "none", "--name", "quiet"];
  assertPrints(await place.run(...quiet, IMAGE, "echo", "x"), "x\n");
  const refused = await place.tsdocker("logs", "quiet");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^tsdocker: configured logging driver does not support reading\n/,
  );
  await remove(place, "quiet");
});
