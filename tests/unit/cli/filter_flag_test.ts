/**
 * Filters are given as docker's are.
 *
 * @module
 */
import assert from "node:assert/strict";
import { parseFilters } from "../../../lib/cli/filter_flag.ts";

const KEYS = ["until", "label"] as const;

Deno.test("parseFilters() collects the values of each key", () => {
  const texts = ["label=a", "until=1h", "LABEL=b=c", "label="];
  assert.deepEqual([...parseFilters(KEYS, texts)], [
    ["label", ["a", "b=c", ""]],
    ["until", ["1h"]],
  ]);
  assert.deepEqual([...parseFilters(KEYS, [])], []);
});

Deno.test("parseFilters() refuses what it does not know", () => {
  assert.throws(() => parseFilters(KEYS, ["name=web"]), {
    name: "UsageError",
    message: "invalid filter 'name'",
    advice: "one of until, label",
  });
  assert.throws(() => parseFilters(KEYS, ["label"]), {
    message:
      'invalid argument "label" for "--filter" flag: bad format of filter (expected name=value)',
  });
});
