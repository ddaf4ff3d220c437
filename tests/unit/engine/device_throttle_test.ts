/**
 * @module
 */
import assert from "node:assert/strict";
import {
  type DeviceThrottle,
  parseThrottles,
  resolveThrottles,
} from "../../../lib/engine/device_throttle.ts";
import type { RunOptions } from "../../../lib/engine/run_options.ts";
import { runOptions } from "../../support/run_options.ts";

function parse(options: Partial<RunOptions>): DeviceThrottle[] {
  return parseThrottles(runOptions(options));
}

Deno.test("parseThrottles() reads each flag into its list", () => {
  assert.deepEqual(
    parse({
      deviceReadBps: ["/dev/a:1kb"],
      deviceWriteBps: ["/dev/a:2M", "/dev/b:3"],
      deviceReadIops: ["/dev/a:10"],
      deviceWriteIops: ["/dev//x/../a:20"],
    }),
    [
      { list: "throttleReadBpsDevice", path: "/dev/a", rate: 1024 },
      { list: "throttleWriteBpsDevice", path: "/dev/a", rate: 2 * 1024 ** 2 },
      { list: "throttleWriteBpsDevice", path: "/dev/b", rate: 3 },
      { list: "throttleReadIOPSDevice", path: "/dev/a", rate: 10 },
      { list: "throttleWriteIOPSDevice", path: "/dev/a", rate: 20 },
    ],
  );
  assert.deepEqual(parse({}), []);
});

Deno.test("parseThrottles() lets the last limit of a device count", () => {
  assert.deepEqual(parse({ deviceReadIops: ["/dev/a:1", "/dev/a:2"] }), [
    { list: "throttleReadIOPSDevice", path: "/dev/a", rate: 2 },
  ]);
});

const BYTES =
  "The correct format is <device-path>:<number>[<unit>]. Number must be a positive integer. Unit is optional and can be kb, mb, or gb";
const OPERATIONS =
  "The correct format is <device-path>:<number>. Number must be a positive integer";

Deno.test("parseThrottles() refuses what names no device", () => {
  const flags = [
    ["deviceReadBps", "--device-read-bps"],
    ["deviceWriteIops", "--device-write-iops"],
  ] as const;
  for (const [option, flag] of flags) {
    const message = (text: string, why: string): string =>
      `invalid argument "${text}" for "${flag}" flag: ${why}: ${text}`;
    for (const text of ["", "x", "/dev/a"]) {
      assert.throws(() => parse({ [option]: [text] }), {
        name: "UsageError",
        message: message(text, "bad format"),
      });
    }
    for (const text of ["x:1", ":1", "/devices/a:1", "dev/a:1"]) {
      assert.throws(() => parse({ [option]: [text] }), {
        name: "UsageError",
        message: message(text, "bad format for device path"),
      });
    }
  }
});

Deno.test("parseThrottles() refuses what is no rate", () => {
  for (const rate of ["", "0", "x", "-1", "1:2", "9999p"]) {
    const text = `/dev/a:${rate}`;
    assert.throws(() => parse({ deviceWriteBps: [text] }), {
      name: "UsageError",
      message: `invalid argument "${text}" for "--device-write-bps" flag: ` +
        `invalid rate for device: ${text}. ${BYTES}`,
    });
  }
  for (const rate of ["", "0", "1m", "-1", "1.5", "9".repeat(20)]) {
    const text = `/dev/a:${rate}`;
    assert.throws(() => parse({ deviceReadIops: [text] }), {
      name: "UsageError",
      message: `invalid argument "${text}" for "--device-read-iops" flag: ` +
        `invalid rate for device: ${text}. ${OPERATIONS}`,
    });
  }
});

Deno.test("resolveThrottles() puts numbers in place of paths", () => {
  const throttles = parse({
    deviceReadBps: ["/dev/a:1", "/dev/b:2"],
    deviceWriteIops: ["/dev/a:3"],
  });
  const asked: string[] = [];
  const found = resolveThrottles(throttles, (path) => {
    asked.push(path);
    return { major: 8, minor: path === "/dev/a" ? 0 : 16 };
  });
  assert.deepEqual(found, {
    throttleReadBpsDevice: [
      { major: 8, minor: 0, rate: 1 },
      { major: 8, minor: 16, rate: 2 },
    ],
    throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 3 }],
  });
  assert.deepEqual(asked, ["/dev/a", "/dev/b", "/dev/a"]);
  assert.deepEqual(resolveThrottles([], () => assert.fail()), {});
});
