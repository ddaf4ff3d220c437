/** @module */
import assert from "node:assert/strict";
import { parseWait } from "../../../../../lib/cli/commands/run_flags/wait.ts";

Deno.test("parseWait() reads how long, if at all", () => {
  assert.equal(parseWait({ detach: true }), undefined);
  assert.equal(parseWait({ detach: false }), undefined);
  assert.equal(parseWait({ wait: "", detach: true }), Infinity);
  assert.equal(parseWait({ wait: "0", detach: true }), 0);
  assert.equal(parseWait({ wait: "1m30s", detach: true }), 90_000);
});

Deno.test("parseWait() refuses what is no duration, and to wait for nothing", () => {
  assert.throws(() => parseWait({ wait: "30", detach: true }), {
    name: "UsageError",
    message: 'invalid duration: "30"',
  });
  assert.throws(() => parseWait({ wait: "30s", detach: false }), {
    name: "UsageError",
    message: "--wait needs --detach: without it, run waits anyway",
  });
});
