/**
 * Several commands at the same time on the same images: the work is done once,
 * and whoever loses says why, without damage.
 *
 * @module
 */
import assert from "node:assert/strict";
import { type Outcome, type Place, placeTest } from "../support/cli.ts";
import { FAULT_ROUNDS } from "../support/faults.ts";
import {
  assertRuns,
  assertWhole,
  cleanUp,
  makeFiles,
  succeed,
  VICTIM,
} from "../support/image_faults.ts";
import { TestRegistry } from "../support/registry.ts";
import { addRegistryImage, largeLayer } from "../support/registry_image.ts";

/** A round takes several commands. */
const ROUNDS = FAULT_ROUNDS < 50 ? 1 : FAULT_ROUNDS;

const RUN = ["run", "--rm", VICTIM, "cat", "/mark"];

/** Runs all at the same time. */
async function atOnce(
  place: Place,
  ...commands: readonly (readonly string[])[]
): Promise<Outcome[]> {
  return await Promise.all(
    commands.map((words) => place.tsdocker(...words)),
  );
}

/** Asserts that all have succeeded, without complaint. */
function assertAll(outcomes: readonly Outcome[]): void {
  for (const { code, stderr } of outcomes) {
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  }
}

/** Asserts that it has succeeded, or says why not in a line and an advice. */
function assertEither({ code, stderr }: Outcome, why: RegExp): void {
  if (code === 0) return assert.equal(stderr, "");
  assert.match(stderr, why);
  assert.doesNotMatch(stderr, /Internal error|\n.*\n.*\n.*\n/);
}

/** An image in an archive, and not in the store. */
async function savedImage(place: Place): Promise<string> {
  const { archive } = await makeFiles(place);
  const saved = `${place.work}/saved.tar`;
  await succeed(place, ["import", archive, VICTIM]);
  await succeed(place, ["save", "-o", saved, VICTIM]);
  await cleanUp(place, []);
  return saved;
}

placeTest("loads at the same time load once", async (place) => {
  const load = ["load", "-i", await savedImage(place)];
  for (let round = 0; round < ROUNDS; round++) {
    assertAll(await atOnce(place, load, load, load));
    await assertWhole(place);
    const listed = await place.tsdocker("images", "-a", "-q");
    assert.match(listed.stdout, /^[0-9a-f]{12}\n$/);
    const [run] = await atOnce(place, RUN, load);
    assert.deepEqual(run, { code: 0, stdout: "here\n", stderr: "" });
    await cleanUp(place, []);
  }
});

placeTest("imports at the same time keep one layer", async (place) => {
  const { archive } = await makeFiles(place);
  for (let round = 0; round < ROUNDS; round++) {
    assertAll(
      await atOnce(
        place,
        ["import", archive, "one"],
        ["import", archive, "two"],
        ["run", "--rm", archive, "true"],
      ),
    );
    await assertWhole(place);
    await assertRuns(place, "one");
    await assertRuns(place, "two");
    await cleanUp(place, []);
  }
});

placeTest("removals leave to others what those use", async (place) => {
  const load = ["load", "-i", await savedImage(place)];
  const prune = ["image", "prune", "-a", "-f"];
  const conflict =
    /^tsdocker: conflict: unable to remove repository reference|^tsdocker: No such image: /;
  for (let round = 0; round < ROUNDS; round++) {
    await succeed(place, load);
    const [removed, run] = await atOnce(place, ["rmi", VICTIM], RUN);
    assert.ok(removed !== undefined && run !== undefined);
    assertEither(removed, conflict);
    if (run.code === 0) assert.equal(run.stdout, "here\n");
    else assertGone(run);
    await assertWhole(place);
    const [pruned, loaded] = await atOnce(place, prune, load);
    assert.ok(pruned !== undefined && loaded !== undefined);
    assertAll([pruned, loaded]);
    await assertWhole(place);
    const twice = await atOnce(place, ["rmi", "-f", VICTIM], prune);
    assert.deepEqual(twice.map(({ code }) => code), [0, 0]);
    await cleanUp(place, []);
  }
});

/** It was removed before it was found: there is no registry to ask. */
function assertGone({ code, stderr }: Outcome): void {
  assert.equal(code, 125, stderr);
  assert.doesNotMatch(stderr, /Internal error/);
}

placeTest("pulls at the same time download once", async (place) => {
  await using registry = new TestRegistry();
  const { archive } = await makeFiles(place);
  const layers = [await Deno.readFile(archive), largeLayer("more", 1)];
  await addRegistryImage(registry, "app:1", { layers });
  const name = `${registry.host}/app:1`;
  const pull = ["pull", "-q", name];
  for (let round = 0; round < ROUNDS; round++) {
    registry.seen.length = 0;
    assertAll(await atOnce(place, pull, pull, ["image", "prune", "-f"]));
    const blobs = registry.asked.filter((line) => line.includes("/blobs/"));
    const known = new Set(blobs);
    assert.deepEqual(blobs.filter((line) => !known.delete(line)), []);
    await assertWhole(place);
    await assertRuns(place, name);
    await cleanUp(place, []);
  }
});
