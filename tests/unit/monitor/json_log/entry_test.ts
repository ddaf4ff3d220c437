/**
 * Reading what a log says, even if it is damaged.
 *
 * @module
 */
import assert from "node:assert/strict";
import { decodeEntries } from "../../../../lib/monitor/json_log/entry.ts";

function line(log: string, stream = "stdout"): string {
  return JSON.stringify({ log, stream, time: "2026-01-01T00:00:00Z" });
}

function logs(text: string): string[] {
  return decodeEntries(text).map(({ log }) => log);
}

Deno.test("decodeEntries() reads all lines", () => {
  assert.deepEqual(
    decodeEntries(`${line("a\n")}\n${line("b, ],[", "stderr")}`),
    [
      { log: "a\n", stream: "stdout", time: "2026-01-01T00:00:00Z" },
      { log: "b, ],[", stream: "stderr", time: "2026-01-01T00:00:00Z" },
    ],
  );
});

for (
  const [what, damaged] of [
    ["an empty line", ""],
    ["a line cut short", '{"log":"x'],
    ["zeros that a crash left", "\0\0\0"],
    ["no object", "7"],
    ["nothing", "null"],
    ["text that is none", '{"log":1,"stream":"stdout","time":""}'],
    ["another stream", line("x", "stdin")],
    ["no time", '{"log":"x","stream":"stdout"}'],
  ] as const
) {
  Deno.test(`decodeEntries() passes over ${what}`, () => {
    const text = `${line("before\n")}\n${damaged}\n${line("after\n")}`;
    assert.deepEqual(logs(text), ["before\n", "after\n"]);
    assert.deepEqual(logs(damaged), []);
  });
}
