/**
 * Go's formatted output.
 *
 * @module
 */
import assert from "node:assert/strict";
import { sprintf } from "../../../../../lib/cli/output/template/printf.ts";

const CASES: readonly (readonly [
  format: string,
  values: readonly unknown[],
  text: string,
])[] = [
  ["%v %v %v", [1, "a", [true]], "1 a [true]"],
  ["100%%", [], "100%"],
  [
    "%s|%10s|%-10s|%.2s",
    ["a", "bc", "de", "fgh"],
    "a|        bc|de        |fg",
  ],
  ["%*s|%-*s|", [4, "a", 3, "b"], "   a|b  |"],
  ["%q %#q %q", ['a"b', "c", 97], '"a\\"b" `c` \'a\''],
  [
    "%d|%5d|%-5d|%05d|%+d|% d",
    [1, 2, 3, -4, 5, 6],
    "1|    2|3    |-0004|+5| 6",
  ],
  [
    "%x %X %#x %o %b %c %U",
    [255, 255, 255, 8, 5, 233, 233],
    "ff FF 0xff 10 101 é U+00E9",
  ],
  ["%x %X", ["é", "é"], "c3a9 C3A9"],
  [
    "%f %.2f %8.3f %08.3f",
    [1.5, 2, 3.14159, -3.14159],
    "1.500000 2.00    3.142 -003.142",
  ],
  ["%e %g %.3g", [1500, 0.25, 1234.5], "1.500000e+03 0.25 1230"],
  ["%t %v", [true, null], "true <nil>"],
  ["%T %T %T", ["a", 1, 1.5], "string int float64"],
  ["%s %d", [["a", "b"], [1, 2]], "[a b] [1 2]"],
  // What does not fit.
  ["%d", ["hi"], "%!d(string=hi)"],
  ["%s", [5], "%!s(int=5)"],
  ["%t", [1.5], "%!t(float64=1.5)"],
  ["%d %d", [1], "1 %!d(MISSING)"],
  ["%d", [1, "x"], "1%!(EXTRA string=x)"],
  ["%z", [true], "%!z(bool=true)"],
  ["%d", [null], "%!d(<nil>)"],
  ["%", [], "%!(NOVERB)"],
];

for (const [format, values, text] of CASES) {
  Deno.test(`sprintf("${format}") writes ${text}`, () => {
    assert.equal(sprintf(format, values), text);
  });
}

Deno.test("sprintf() pads no further than is sensible", () => {
  assert.equal(sprintf("%999999999d", [1]).length, 10_000);
});
