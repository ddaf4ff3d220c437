import assert from "node:assert/strict";
import { Slots } from "../../../lib/registry/slots.ts";

Deno.test("Slots lets so many in, and the others in order", async () => {
  const slots = new Slots(2);
  const order: string[] = [];
  const first = await slots.take();
  const second = await slots.take();
  const others = ["third", "fourth"].map(async (name) => {
    using _slot = await slots.take();
    order.push(name);
  });
  assert.equal(slots.tryTake(), undefined);
  order.push("first leaves");
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  await Promise.all(others);
  assert.deepEqual(order, ["first leaves", "third", "fourth"]);
  second[Symbol.dispose]();
  using _one = slots.tryTake();
  using _two = slots.tryTake();
  assert.ok(_one !== undefined && _two !== undefined);
  assert.equal(slots.tryTake(), undefined);
});
