/**
 * Sizes in and out.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  formatByteSize,
  formatMemorySize,
  parseByteSize,
} from "../../../lib/base/byte_size.ts";
import { UsageError } from "../../../lib/base/errors.ts";

const KIB = 1024;
const MIB = KIB ** 2;
const GIB = KIB ** 3;

const READ: readonly (readonly [string, number])[] = [
  ["0", 0],
  ["512", 512],
  ["512b", 512],
  ["512B", 512],
  ["1k", KIB],
  ["512K", 512 * KIB],
  ["1kb", KIB],
  ["1KB", KIB],
  ["1KiB", KIB],
  ["64m", 64 * MIB],
  ["64MB", 64 * MIB],
  ["64 MiB", 64 * MIB],
  ["1g", GIB],
  ["1.5GiB", 1.5 * GIB],
  ["0.5k", 512],
  ["1.0001k", 1024],
  ["2t", 2 * KIB ** 4],
  ["1p", KIB ** 5],
];

for (const [text, bytes] of READ) {
  Deno.test(`parseByteSize() reads ${text}`, () => {
    assert.equal(parseByteSize(text), bytes);
  });
}

const WRONG = [
  "",
  "m",
  "-1",
  "+1",
  "1x",
  "1 k b",
  ".5k",
  "1.",
  "1e3",
  "64mm",
  "1ib1",
  "NaN",
  " 1",
  "1  k",
];

for (const text of WRONG) {
  Deno.test(`parseByteSize() refuses "${text}"`, () => {
    assert.throws(
      () => parseByteSize(text),
      (error) =>
        error instanceof UsageError && error.message.includes(`"${text}"`) &&
        error.advice !== undefined,
    );
  });
}

Deno.test("parseByteSize() refuses what a number cannot hold exactly", () => {
  assert.throws(() => parseByteSize("9000p"), /too large/);
  assert.throws(() => parseByteSize("9007199254740993"), /too large/);
});

const WRITTEN: readonly (readonly [number, string, string])[] = [
  [0, "0B", "0B"],
  [1, "1B", "1B"],
  [999, "999B", "999B"],
  [1000, "1kB", "1000B"],
  [1024, "1.02kB", "1KiB"],
  [552 * KIB, "565kB", "552KiB"],
  [999_949, "1MB", "976.5KiB"],
  [1_984_321, "1.98MB", "1.892MiB"],
  [64 * MIB, "67.1MB", "64MiB"],
  [Math.round(23.59 * GIB), "25.3GB", "23.59GiB"],
  [5 * KIB ** 4, "5.5TB", "5TiB"],
  [3000 * KIB ** 5, "3380PB", "3000PiB"],
];

for (const [bytes, decimal, binary] of WRITTEN) {
  Deno.test(`formatByteSize() and formatMemorySize() write ${bytes}`, () => {
    assert.equal(formatByteSize(bytes), decimal);
    assert.equal(formatMemorySize(bytes), binary);
  });
}
