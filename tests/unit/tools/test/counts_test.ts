/** @module */
import assert from "node:assert/strict";
import {
  addCounts,
  closingLine,
  NO_COUNTS,
  parseSummary,
} from "../../../../tools/test/counts.ts";

Deno.test("parseSummary() reads passed, failed and ignored", () => {
  const cases: [string, number, number, number][] = [
    ["ok | 5 passed | 0 failed (12ms)", 5, 0, 0],
    ["ok | 1 passed | 0 failed | 2 ignored (1s)", 1, 0, 2],
    ["ok | 1 passed (3 steps) | 0 failed (1s)", 1, 0, 0],
    ["FAILED | 4 passed | 2 failed | 1 ignored | 3 filtered out (1s)", 4, 2, 1],
    ["FAILED | 4 passed (1 step) | 2 failed (1 step) (1s)", 4, 2, 0],
  ];
  for (const [line, passed, failed, skipped] of cases) {
    assert.deepEqual(
      parseSummary(`running\n\n${line}\n\n`, failed === 0 ? 0 : 1),
      { passed, failed, skipped },
      line,
    );
  }
});

Deno.test("parseSummary() counts a run that ended without a summary as a failure", () => {
  assert.deepEqual(parseSummary("error: type check\n", 1), {
    passed: 0,
    failed: 1,
    skipped: 0,
  });
});

Deno.test("parseSummary() counts a failed run without failed tests as a failure", () => {
  const output = "ok | 5 passed | 0 failed (12ms)\nerror: leak\n";
  assert.equal(parseSummary(output, 1).failed, 1);
});

Deno.test("parseSummary() takes the last summary: a test may print one itself", () => {
  const output =
    "ok | 9 passed | 0 failed (1ms)\nok | 2 passed | 0 failed (1ms)\n";
  assert.equal(parseSummary(output, 0).passed, 2);
});

Deno.test("addCounts() adds each member", () => {
  const one = { passed: 1, failed: 2, skipped: 3 };
  assert.deepEqual(addCounts(one, { passed: 10, failed: 20, skipped: 30 }), {
    passed: 11,
    failed: 22,
    skipped: 33,
  });
  assert.deepEqual(addCounts(one, NO_COUNTS), one);
});

Deno.test("closingLine() mentions skipped tests only when there are any", () => {
  assert.equal(
    closingLine({ passed: 7, failed: 1, skipped: 0 }),
    "7 passed, 1 failed",
  );
  assert.equal(
    closingLine({ passed: 7, failed: 0, skipped: 2 }),
    "7 passed, 0 failed, 2 skipped",
  );
});
