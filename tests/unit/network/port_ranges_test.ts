/**
 * Ranges of ports, joined and taken apart.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  formatPorts,
  type PortRange,
} from "../../../lib/network/port_publication.ts";
import {
  joinRanges,
  overlapsRange,
  portsOf,
  withoutRanges,
} from "../../../lib/network/port_ranges.ts";

function range(text: string): PortRange {
  const [first = 0, last = first] = text.split("-").map(Number);
  return { first, last };
}

function ranges(text: string): PortRange[] {
  return text.split(" ").filter((part) => part !== "").map(range);
}

const JOINED: readonly (readonly [string, string])[] = [
  ["", ""],
  ["80", "80"],
  ["81 80", "80-81"],
  ["80 82", "80 82"],
  ["80-90 85 91", "80-91"],
  ["85-99 80-90", "80-99"],
  ["80 80", "80"],
  ["1-65535 80", "1-65535"],
];

for (const [text, joined] of JOINED) {
  Deno.test(`joinRanges() makes "${joined}" of "${text}"`, () => {
    assert.equal(joinRanges(ranges(text)).map(formatPorts).join(" "), joined);
  });
}

const WITHOUT: readonly (readonly [string, string, string])[] = [
  ["80-90", "", "80-90"],
  ["80-90", "70-79 91", "80-90"],
  ["80-90", "80", "81-90"],
  ["80-90", "85", "80-84 86-90"],
  ["80-90", "88-99 70-81", "82-87"],
  ["80-90", "80-90", ""],
  ["80", "1-65535", ""],
];

for (const [text, others, rest] of WITHOUT) {
  Deno.test(`withoutRanges() leaves "${rest}" of ${text} without "${others}"`, () => {
    const left = withoutRanges(range(text), ranges(others));
    assert.equal(left.map(formatPorts).join(" "), rest);
  });
}

Deno.test("overlapsRange() if one port is in both", () => {
  assert.ok(overlapsRange(range("80-90"), range("90-99")));
  assert.ok(overlapsRange(range("80-90"), range("85")));
  assert.ok(!overlapsRange(range("80-90"), range("91")));
});

Deno.test("portsOf() has the first and the last", () => {
  assert.deepEqual(portsOf(range("80-82")), [80, 81, 82]);
  assert.deepEqual(portsOf(range("80")), [80]);
});
