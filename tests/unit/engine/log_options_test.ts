/**
 * @module
 */
import assert from "node:assert/strict";
import { parseLogOptions } from "../../../lib/engine/log_options.ts";

const MIB = 1024 ** 2;

Deno.test("parseLogOptions() bounds a log that nobody has bounded", () => {
  const expected = {
    driver: "json-file",
    maxSizeBytes: 10 * MIB,
    maxFiles: 3,
  };
  assert.deepEqual(parseLogOptions({ logOpts: [] }), expected);
  assert.deepEqual(parseLogOptions({ logDriver: "", logOpts: [] }), expected);
});

Deno.test("parseLogOptions() takes sizes and counts, the last ones", () => {
  const logOpts = ["max-size=1k", "max-file=9", "max-size=20m", "max-file=1"];
  assert.deepEqual(parseLogOptions({ logDriver: "json-file", logOpts }), {
    driver: "json-file",
    maxSizeBytes: 20 * MIB,
    maxFiles: 1,
  });
  const { maxSizeBytes } = parseLogOptions({ logOpts: ["max-size=-1"] });
  assert.equal(maxSizeBytes, -1);
});

Deno.test("parseLogOptions() knows a container without a log", () => {
  const { driver } = parseLogOptions({ logDriver: "none", logOpts: [] });
  assert.equal(driver, "none");
});

type Refusal = readonly [
  logDriver: string | undefined,
  logOpt: string,
  message: string,
];

const REFUSALS: readonly Refusal[] = [
  ["syslog", "", "logger: no log driver named 'syslog' is registered"],
  [undefined, "tag=x", "unknown log opt 'tag' for json-file log driver"],
  [undefined, "max-size", 'invalid size: ""'],
  [undefined, "max-size=0", "max-size must be a positive number"],
  [undefined, "max-size=-2", 'invalid size: "-2"'],
  ...["0", "-1", "x", "1.5", ""].map((value) =>
    [
      undefined,
      `max-file=${value}`,
      `invalid max-file "${value}": it cannot be less than 1, or more than 9999`,
    ] as const
  ),
  ["none", "max-size=1m", "invalid logging opts for driver none"],
];

for (const [logDriver, logOpt, message] of REFUSALS) {
  Deno.test(`parseLogOptions() refuses ${logDriver ?? ""} ${logOpt}`, () => {
    const logOpts = logOpt === "" ? [] : [logOpt];
    const options = logDriver === undefined
      ? { logOpts }
      : { logDriver, logOpts };
    assert.throws(() => parseLogOptions(options), {
      name: "UsageError",
      message,
    });
  });
}
