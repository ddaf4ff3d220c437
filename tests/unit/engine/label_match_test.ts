/**
 * Labels are matched by name, or by name and value.
 *
 * @module
 */
import assert from "node:assert/strict";
import { matchesLabel } from "../../../lib/engine/label_match.ts";

Deno.test("matchesLabel() compares names and values whole", () => {
  const labels = { app: "shop", empty: "", equation: "a=b" };
  for (const wanted of ["app", "app=shop", "empty", "empty=", "equation=a=b"]) {
    assert.ok(matchesLabel(labels, wanted), wanted);
  }
  for (const wanted of ["", "ap", "app=", "app=sho", "toString", "a=b"]) {
    assert.ok(!matchesLabel(labels, wanted), wanted);
  }
});
