/**
 * Many containers, one after the other and at once: each one ends as it
 * should, and nothing is left of any.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  forEachLauncher,
  IMAGE,
  type Launcher,
  type Outcome,
  type Place,
} from "../support/cli.ts";

/** The re-invoking launcher takes about twice as long. */
const SEQUENTIAL: Readonly<Record<Launcher, number>> = {
  native: 100,
  reinvoke: 25,
};
const CONCURRENT = 50;
const AT_ONCE = 8;

function runOne(place: Place, index: number): Promise<Outcome> {
  return place.run("--rm", IMAGE, "echo", String(index));
}

forEachLauncher("many runs in a row all succeed", async (place) => {
  for (let index = 0; index < SEQUENTIAL[place.launcher]; index++) {
    assertPrints(await runOne(place, index), `${index}\n`);
  }
  assert.deepEqual(await place.containers(), []);
});

forEachLauncher("50 runs, 8 at a time, all succeed", async (place) => {
  // An index for whoever is free next.
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < CONCURRENT) {
      const index = next++;
      assertPrints(await runOne(place, index), `${index}\n`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  assert.equal(next, CONCURRENT);
  assert.deepEqual(await place.containers(), []);
});
