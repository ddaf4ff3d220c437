/** @module */
import assert from "node:assert/strict";
import { describeArguments, describeRecord } from "../../../ffi/describe.ts";
import type { RecordArgument } from "../../../ffi/record.ts";

Deno.test("describeRecord() prints symbols, strings and NULL as strace does", () => {
  assert.equal(
    describeRecord({
      call: "mount",
      args: [
        "proc",
        "proc",
        "proc",
        { value: 14, text: "MS_NOSUID|MS_NODEV|MS_NOEXEC" },
        null,
      ],
    }),
    'mount("proc", "proc", "proc", MS_NOSUID|MS_NODEV|MS_NOEXEC, NULL)',
  );
});

const ARGUMENTS: readonly (readonly [RecordArgument, string])[] = [
  [0, "0"],
  [-100, "-100"],
  [0xffff_ffff_ffffn, "281474976710655"],
  [null, "NULL"],
  ['a "quoted"\npath', '"a \\"quoted\\"\\npath"'],
  [{ value: 0x5000n, text: "MS_BIND|MS_REC" }, "MS_BIND|MS_REC"],
  [{ bytes: new Uint8Array(8), text: "[]" }, "[]"],
  [{ result: "rootfs" }, "$rootfs"],
  [{ words: ["sh", "-c", 0] }, '["sh", "-c"]'],
  [{ words: ["sh", null] }, '["sh"]'],
  [{ words: [0n] }, "[]"],
  [{ words: [] }, "{}"],
  [{ words: ["unterminated"] }, '{"unterminated"}'],
  [
    { words: [8, { bytes: new Uint8Array(64), text: "8 instructions" }] },
    "{8, 8 instructions}",
  ],
  [{ words: [{ result: "fd" }, 0] }, "{$fd, 0}"],
];

for (const [argument, text] of ARGUMENTS) {
  Deno.test(`describeArguments() prints ${text}`, () => {
    assert.equal(describeArguments({ call: "prctl", args: [argument] }), text);
  });
}

Deno.test("describeRecord() prints a call without arguments", () => {
  assert.equal(describeRecord({ call: "setsid", args: [] }), "setsid()");
});
