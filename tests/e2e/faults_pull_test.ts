/**
 * `kill -9` at random moments of a pull: the next one goes on and succeeds,
 * the store verifies, and nothing is left once the image is removed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { namesIn, type Place, placeTest } from "../support/cli.ts";
import { FAULT_ROUNDS } from "../support/faults.ts";
import { Random } from "../support/random.ts";
import { TestRegistry } from "../support/registry.ts";
import { addRegistryImage, largeLayer } from "../support/registry_image.ts";
import { archive, file } from "../support/tar_builder.ts";

const SEED = Number(Deno.env.get("FAULT_SEED") ?? Date.now() % 1_000_000);

/** A round takes several commands; `make faults` has time for all. */
const ROUNDS = FAULT_ROUNDS < 10 ? Math.ceil(FAULT_ROUNDS / 2) : FAULT_ROUNDS;

const LAYERS = [
  largeLayer("first", 1),
  archive(file("small", "one")),
  largeLayer("second", 2),
  largeLayer("third", 3),
];

placeTest(
  "a killed pull is gone on with, and leaves nothing",
  async (place) => {
    await using registry = new TestRegistry();
    await addRegistryImage(registry, "app:1", { layers: LAYERS });
    const name = `${registry.host}/app:1`;
    const random = new Random(SEED);
    const lengthMs = await measure(place, name);
    for (let round = 0; round < ROUNDS; round++) {
      const momentMs = random.next() * lengthMs;
      try {
        await strike(place, name, momentMs);
      } catch (cause) {
        const moment = `after ${momentMs.toFixed(1)} of ${
          lengthMs.toFixed(0)
        } ms`;
        throw new Error(`FAULT_SEED=${SEED}, round ${round}, ${moment}`, {
          cause,
        });
      }
    }
  },
);

async function measure(place: Place, name: string): Promise<number> {
  const start = performance.now();
  await pull(place, name);
  const lengthMs = performance.now() - start;
  await remove(place);
  return lengthMs;
}

async function strike(
  place: Place,
  name: string,
  momentMs: number,
): Promise<void> {
  const running = place.start(["pull", "-q", name]);
  // Not waiting for something, but hitting at any moment is the purpose.
  await new Promise((resolve) => setTimeout(resolve, momentMs));
  await running.killAnyway();
  await running.end();
  await pull(place, name);
  const verified = await place.tsdocker("image", "verify", name);
  assert.deepEqual({ code: verified.code, stderr: verified.stderr }, {
    code: 0,
    stderr: "",
  });
  await remove(place);
}

async function pull(place: Place, name: string): Promise<void> {
  assert.deepEqual(await place.tsdocker("pull", "-q", name), {
    code: 0,
    stdout: `${name}\n`,
    stderr: "",
  });
}

/** Nothing of it is left, and nothing of what was half done. */
async function remove(place: Place): Promise<void> {
  const pruned = await place.tsdocker("image", "prune", "-a", "-f");
  assert.equal(pruned.code, 0, pruned.stderr);
  const { root } = place;
  assert.deepEqual(await namesIn(`${root}/blobs`), ["sha256"]);
  for (const part of ["blobs/sha256", "layers", "manifests", "references"]) {
    assert.deepEqual(await namesIn(`${root}/${part}`), [], part);
  }
}
