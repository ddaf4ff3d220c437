/** @module */
import assert from "node:assert/strict";
import {
  endLine,
  endReason,
  timeoutReason,
} from "../../../../lib/engine/containers/end_reason.ts";

const OOM = { exitCode: 137, oomKilled: true } as const;

Deno.test("endReason() tells which memory ran out", () => {
  const limit = (bytes: number): object => ({ memory: { limit: bytes } });
  const cases = [
    [limit(64 * 1024 ** 2), "OOM-killed (limit 64MiB)"],
    [limit(-1), "OOM-killed (the host ran out of memory)"],
    [{}, "OOM-killed (the host ran out of memory)"],
  ] as const;
  for (const [resources, reason] of cases) {
    assert.equal(endReason({ resources }, OOM), reason);
  }
});

Deno.test("endReason() leaves to the program what it can tell itself", () => {
  const ends = [{ ...OOM, exitCode: 1 }, { ...OOM, oomKilled: false }];
  for (const end of ends) {
    assert.equal(endReason({ resources: {} }, end), undefined);
  }
});

Deno.test("endReason() prefers what is on record", () => {
  const end = { exitCode: 127, oomKilled: false, error: "not found" };
  assert.equal(endReason({ resources: {} }, end), "not found");
});

Deno.test("endLine() is one line with the container's name", () => {
  const line = endLine({ name: "web" }, "killed");
  assert.equal(line, "tsdocker: container web: killed\n");
});

Deno.test("timeoutReason() is none for what has ended by itself", () => {
  const reason = timeoutReason({ timeoutS: 5, exitCode: 137 });
  assert.equal(reason, "killed after 5 s (--timeout)");
  assert.equal(timeoutReason({ timeoutS: 5, exitCode: 0 }), undefined);
});
