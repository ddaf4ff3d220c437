/**
 * Lists that are null as JSON.
 *
 * @module
 */
import assert from "node:assert/strict";
import { NIL_LIST, orNil } from "../../../../lib/engine/inspection/nil_list.ts";

Deno.test("orNil() makes only empty lists null", () => {
  assert.equal(JSON.stringify([orNil([]), orNil([1])]), "[null,[1]]");
  assert.equal(orNil([]).length, 0);
  assert.ok(Object.isFrozen(NIL_LIST));
});
