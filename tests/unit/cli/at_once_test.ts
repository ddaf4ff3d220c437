/** @module */
import assert from "node:assert/strict";
import { atOnce } from "../../../lib/cli/at_once.ts";

Deno.test("atOnce() begins with all before the first is done", async () => {
  const begun: string[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const wait = atOnce(["a", "b", "a"], async (target) => {
    begun.push(target);
    await promise;
    return target.toUpperCase();
  });
  assert.deepEqual(begun, ["a", "b"]);
  resolve();
  assert.equal(await wait("a"), "A");
  assert.equal(await wait("b"), "B");
  assert.equal(await wait("a"), "A", "the same target twice");
});

Deno.test("atOnce() keeps a failure for its turn", async () => {
  const wait = atOnce(["bad", "good"], async (target) => {
    await Promise.resolve();
    if (target === "bad") throw new RangeError(target);
  });
  await wait("good");
  await assert.rejects(wait("bad"), RangeError);
});
