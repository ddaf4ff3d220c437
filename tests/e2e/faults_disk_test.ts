/**
 * Disks that are full, or can only be read: what runs goes on, ends and is
 * shown truly, what cannot be done is refused, and nothing is left of it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  IMAGE,
  namesIn,
  type Outcome,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";
import { assertTrue } from "../support/faults.ts";
import { readOnly, SmallDisk } from "../support/small_disk.ts";

const MIB = 1024 ** 2;
const SLEEP = [IMAGE, "sleep", "1000"];
/** Fills the log, too. */
const CHATTER = shell("while :; do echo a line; sleep 0.01; done");

async function start(place: Place, ...words: string[]): Promise<void> {
  const { code, stderr } = await place.run("-d", "--name", ...words);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
}

/** Asserts that containers have states, by name. */
async function assertStates(
  place: Place,
  expected: Readonly<Record<string, string>>,
): Promise<void> {
  const format = "{{.Names}} {{.State}}";
  const { stdout } = await place.tsdocker("ps", "-a", "--format", format);
  const states = stdout.trimEnd().split("\n").map((line) => line.split(" "));
  assert.deepEqual(Object.fromEntries(states), expected);
}

function assertRefused(outcome: Outcome, code: number, why: RegExp): void {
  assert.equal(outcome.code, code, outcome.stderr);
  assert.match(outcome.stderr, why);
}

placeTest("a full disk ends nothing, and loses no end", async (place) => {
  using disk = new SmallDisk(place.root, 8 * MIB);
  await start(place, "chatter", ...CHATTER);
  await start(place, "sleeper", ...SLEEP);
  await start(place, "brief", "--rm", ...SLEEP);
  disk.fill();
  assertPrints(await place.tsdocker("exec", "chatter", "echo", "up"), "up\n");
  const isFull = /: No space left on device /;
  assertRefused(await place.run("--rm", IMAGE, "true"), 125, isFull);
  assertRefused(await place.run("-d", "--name", "more", ...SLEEP), 125, isFull);
  assertPrints(
    await place.tsdocker("kill", "chatter", "brief"),
    "chatter\nbrief\n",
  );
  assert.equal((await place.tsdocker("stop", "-t", "0", "sleeper")).code, 0);
  assertPrints(await place.tsdocker("wait", "sleeper"), "137\n");
  await assertTrue(place);
  await assertStates(place, { chatter: "exited", sleeper: "exited" });
  disk.free();
  await assertStates(place, { chatter: "exited", sleeper: "exited" });
  assert.deepEqual(await namesIn(`${place.runRoot}/containers`), []);
  for (const id of await place.containers()) {
    const files = await namesIn(`${place.root}/containers/${id}`);
    assert.ok(files.includes("exit.json"), String(files));
    assert.ok(!files.some((name) => name.endsWith(".new")), String(files));
  }
  assertPrints(await place.tsdocker("start", "sleeper"), "sleeper\n");
  await start(place, "more", ...SLEEP);
  await removeAll(place, ["chatter", "sleeper", "more"]);
});

placeTest("a full run root ends nothing, and hides nothing", async (place) => {
  using disk = new SmallDisk(place.runRoot, MIB);
  await start(place, "sleeper", ...SLEEP);
  disk.fill();
  await place.run("-d", "--name", "more", ...SLEEP);
  await place.run("--rm", IMAGE, "true");
  await assertTrue(place);
  assert.equal((await place.tsdocker("stop", "-t", "0", "sleeper")).code, 0);
  await place.tsdocker("start", "sleeper");
  await assertTrue(place);
  await place.tsdocker("rm", "-f", "sleeper", "more");
  assert.deepEqual(await place.containers(), []);
  disk.free();
  await start(place, "sleeper", ...SLEEP);
  await removeAll(place, ["sleeper"]);
});

placeTest("what runs on a read-only disk can be stopped", async (place) => {
  await start(place, "sleeper", ...SLEEP);
  await start(place, "stubborn", "--restart", "always", ...SLEEP);
  {
    using _frozen = readOnly(place.root);
    const isReadOnly = /Read-only file system|read-only file system/;
    assertRefused(await place.run("--rm", IMAGE, "true"), 125, isReadOnly);
    for (const name of ["sleeper", "stubborn"]) {
      assertPrints(await place.tsdocker("kill", name), `${name}\n`);
      assertPrints(await place.tsdocker("wait", name), "137\n");
    }
    await assertTrue(place);
    await assertStates(place, { sleeper: "exited", stubborn: "exited" });
    assertRefused(await place.tsdocker("rm", "sleeper"), 1, isReadOnly);
    assertRefused(await place.tsdocker("start", "sleeper"), 1, isReadOnly);
    await assertStates(place, { sleeper: "exited", stubborn: "exited" });
  }
  await assertStates(place, { sleeper: "exited", stubborn: "exited" });
  assert.deepEqual(await namesIn(`${place.runRoot}/containers`), []);
  await removeAll(place, ["sleeper", "stubborn"]);
});

/** And nothing is left where their disk was mounted. */
async function removeAll(
  place: Place,
  names: readonly string[],
): Promise<void> {
  const removed = await place.tsdocker("rm", "-f", ...names);
  assertPrints(removed, names.map((name) => `${name}\n`).join(""));
  for (const path of ["containers", "names"]) {
    assert.deepEqual(await namesIn(`${place.root}/${path}`), []);
  }
  assert.deepEqual(await namesIn(`${place.runRoot}/containers`), []);
}
