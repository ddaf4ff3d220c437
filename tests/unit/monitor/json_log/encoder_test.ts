/**
 * What the log of a container looks like on disk.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  EntryEncoder,
  LONGEST_TEXT,
} from "../../../../lib/monitor/json_log/encoder.ts";
import { decodeEntries } from "../../../../lib/monitor/json_log/entry.ts";

const ORIGIN = { stream: "stdout", timeMs: 0 } as const;
const END = '","stream":"stdout","time":"1970-01-01T00:00:00.000Z"}\n';
const encoder = new EntryEncoder();

/** The pieces that are written for a text. */
function pieces(text: string): string[] {
  const found: string[] = [];
  encoder.encode(text, ORIGIN, (bytes) => {
    found.push(new TextDecoder().decode(bytes));
  });
  return found;
}

Deno.test("EntryEncoder writes docker's lines", () => {
  const text = pieces("one\n\nthree").join("");
  assert.equal(
    text,
    `{"log":"one\\n${END}{"log":"\\n${END}{"log":"three${END}`,
  );
});

Deno.test("EntryEncoder names the stream and the time", () => {
  encoder.encode(
    "e\n",
    { stream: "stderr", timeMs: 1_700_000_000_123 },
    (b) =>
      assert.equal(
        new TextDecoder().decode(b),
        '{"log":"e\\n","stream":"stderr","time":"2023-11-14T22:13:20.123Z"}\n',
      ),
  );
});

for (
  const text of [
    'quote " and \\',
    "\\n is no end of a line\n",
    "\\\\n\n\\",
    '{"json":"in\\njson"}\n',
    "\r\n\t\b\f\x00\x1f\x7f\n",
    "Grüße, 日本語, 😀\n\u2028\u2029",
    "<&>\n",
    "\n\n\n",
    "\ufeffmark\n",
  ]
) {
  Deno.test(`EntryEncoder keeps ${JSON.stringify(text)}`, () => {
    const lines = pieces(text).join("").trimEnd().split("\n");
    assert.equal(lines.map((line) => JSON.parse(line).log).join(""), text);
    assert.equal(lines.length, text.match(/[^\n]*\n|[^\n]+$/g)?.length);
  });
}

Deno.test("EntryEncoder writes whole entries, however many", () => {
  for (const text of ["\n", "ab\n", "\x01", "€", '"\n']) {
    const all = text.repeat(LONGEST_TEXT / text.length);
    const written = pieces(all);
    for (const piece of written) assert.ok(piece.endsWith("}\n"));
    const entries = decodeEntries(written.join("").trimEnd());
    assert.equal(entries.map(({ log }) => log).join(""), all);
  }
});
