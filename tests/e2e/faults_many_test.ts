/**
 * Many at once: containers that come and go while others look, and that all
 * want the same name.
 *
 * @module
 */
import assert from "node:assert/strict";
import { assertPrints, IMAGE, type Place, placeTest } from "../support/cli.ts";
import { FAULT_ROUNDS } from "../support/faults.ts";

/** 200 with the 100 rounds of `make faults`. */
const CONTAINERS = FAULT_ROUNDS * 2;
const AT_ONCE = 8;
const RIVALS = FAULT_ROUNDS < 50 ? 12 : 50;
const SLEEP = [IMAGE, "sleep", "1000"];

/** Looks again and again until all is done. */
async function watch(place: Place, done: Promise<unknown>): Promise<number> {
  let isDone = false;
  void done.finally(() => isDone = true);
  let looks = 0;
  while (!isDone) {
    const { code, stderr } = await place.tsdocker("ps", "-a");
    assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
    looks++;
  }
  return looks;
}

placeTest("run -d and rm -f at once disturb nobody, nor ps", async (place) => {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < CONTAINERS) {
      const name = `c${next++}`;
      const { code, stdout, stderr } = await place.run(
        ...["-d", "--name", name],
        ...SLEEP,
      );
      assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
      assert.match(stdout, /^[0-9a-f]{64}\n$/);
      assertPrints(await place.tsdocker("rm", "-f", name), `${name}\n`);
    }
  };
  const all = Promise.all(Array.from({ length: AT_ONCE }, worker));
  const [looks] = await Promise.all([watch(place, all), all]);
  assert.ok(looks > 0);
  assert.deepEqual(await place.containers(), []);
});

placeTest("one of many at once gets the name with run -d", async (place) => {
  assertPrints(await place.run("--rm", IMAGE, "true"), "");
  const all = Promise.all(
    Array.from(
      { length: RIVALS },
      () => place.run("-d", "--name", "one", ...SLEEP),
    ),
  );
  const [outcomes] = await Promise.all([all, watch(place, all)]);
  const [winner, ...others] = outcomes.filter(({ code }) => code === 0);
  assert.deepEqual(others, []);
  const losers = outcomes.filter(({ code }) => code !== 0);
  for (const { code, stdout, stderr } of losers) {
    assert.deepEqual({ code, stdout }, { code: 125, stdout: "" });
    assert.match(
      stderr,
      /^tsdocker: Conflict\. The container name "\/one" is already in use by container "[0-9a-f]{64}"\. You have to remove \(or rename\) that container to be able to reuse that name\.\n/,
    );
  }
  assert.deepEqual(await place.containers(), [winner?.stdout.trim()]);
  assertPrints(await place.tsdocker("rm", "-f", "one"), "one\n");
});
