import assert from "node:assert/strict";
import {
  decimal,
  parsePaxRecords,
  parsePaxTime,
} from "../../../../lib/storage/tar/pax.ts";
import { concat, record } from "../../../support/tar_builder.ts";

Deno.test("parsePaxRecords() splits by length, whatever is in the values", () => {
  const records = parsePaxRecords(concat(
    record("a", "x\ny=z"),
    record("b", ""),
    record("c", "1".repeat(93)),
    new Uint8Array(3),
  ));
  assert.deepEqual(
    records.map(({ keyword, value }) => [
      keyword,
      new TextDecoder().decode(value),
    ]),
    [["a", "x\ny=z"], ["b", ""], ["c", "1".repeat(93)]],
  );
});

Deno.test("parsePaxTime() rounds down, before 1970 too", () => {
  const cases: [string, number, number][] = [
    ["0", 0, 0],
    ["1.5", 1, 500_000_000],
    ["1.", 1, 0],
    ["1.0000000019", 1, 1],
    ["-1", -1, 0],
    ["-0.1", -1, 900_000_000],
    ["-1.9999999999", -2, 0],
    ["-1.0000000001", -2, 999_999_999],
  ];
  for (const [text, seconds, nanoseconds] of cases) {
    assert.deepEqual(parsePaxTime(text), { seconds, nanoseconds }, text);
  }
});

Deno.test("decimal() takes whole numbers below 2^53", () => {
  assert.equal(decimal("9007199254740991"), Number.MAX_SAFE_INTEGER);
  for (
    const bad of ["", "9007199254740992", "-1", "1.5", "0x10", " 1", "1e3"]
  ) {
    assert.equal(decimal(bad), undefined, bad);
  }
});
