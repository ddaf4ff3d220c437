import assert from "node:assert/strict";
import { sourceDateEpochMs } from "../../../lib/base/source_date_epoch.ts";

function read(text: string): number | undefined {
  return sourceDateEpochMs(new Map([["SOURCE_DATE_EPOCH", text]]));
}

Deno.test("sourceDateEpochMs() reads whole seconds", () => {
  assert.equal(read("0"), 0);
  assert.equal(read("1700000000"), 1_700_000_000_000);
  assert.equal(read(""), undefined);
});

Deno.test("sourceDateEpochMs() refuses what is no time", () => {
  for (const text of ["-1", "1.5", "now", "9000000000000", " 1"]) {
    assert.throws(() => read(text), /^UsageError: invalid SOURCE_DATE_EPOCH/);
  }
});
