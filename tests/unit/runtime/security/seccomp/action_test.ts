/** @module */
import assert from "node:assert/strict";
import { SpecError } from "../../../../../lib/base/errors.ts";
import type { SeccompAction } from "../../../../../lib/oci/linux_seccomp.ts";
import {
  actionWord,
  isPermissive,
  stricter,
} from "../../../../../lib/runtime/security/seccomp/action.ts";

const WORDS: readonly [SeccompAction, number | undefined, number][] = [
  ["SCMP_ACT_KILL", undefined, 0x00000000],
  ["SCMP_ACT_KILL_THREAD", undefined, 0x00000000],
  ["SCMP_ACT_KILL_PROCESS", undefined, 0x80000000],
  ["SCMP_ACT_TRAP", undefined, 0x00030000],
  ["SCMP_ACT_ERRNO", undefined, 0x00050001],
  ["SCMP_ACT_ERRNO", 0, 0x00050000],
  ["SCMP_ACT_ERRNO", 38, 0x00050026],
  ["SCMP_ACT_ERRNO", 4095, 0x00050fff],
  ["SCMP_ACT_TRACE", undefined, 0x7ff00001],
  ["SCMP_ACT_TRACE", 65535, 0x7ff0ffff],
  ["SCMP_ACT_LOG", undefined, 0x7ffc0000],
  ["SCMP_ACT_ALLOW", undefined, 0x7fff0000],
  // Left over from another action.
  ["SCMP_ACT_ALLOW", 1, 0x7fff0000],
  ["SCMP_ACT_LOG", 38, 0x7ffc0000],
];

for (const [action, errnoRet, word] of WORDS) {
  Deno.test(`actionWord() is 0x${word.toString(16)} for ${action} ${errnoRet ?? ""}`, () => {
    assert.equal(actionWord(action, errnoRet, ""), word);
  });
}

for (
  const [action, errnoRet] of [
    ["SCMP_ACT_ERRNO", 4096],
    ["SCMP_ACT_ERRNO", -1],
    ["SCMP_ACT_ERRNO", 1.5],
    ["SCMP_ACT_TRACE", 65536],
    ["SCMP_ACT_NOTIFY", undefined],
  ] as const
) {
  Deno.test(`actionWord() refuses ${action} ${errnoRet ?? ""}`, () => {
    assert.throws(() => actionWord(action, errnoRet, "/x"), (error) => {
      assert.ok(error instanceof SpecError);
      assert.equal(error.pointer, "/x");
      return true;
    });
  });
}

Deno.test("stricter() prefers what the kernel prefers of two filters", () => {
  const order: readonly SeccompAction[] = [
    "SCMP_ACT_KILL_PROCESS",
    "SCMP_ACT_KILL_THREAD",
    "SCMP_ACT_TRAP",
    "SCMP_ACT_ERRNO",
    "SCMP_ACT_TRACE",
    "SCMP_ACT_LOG",
    "SCMP_ACT_ALLOW",
  ];
  const words = order.map((action) => actionWord(action, undefined, ""));
  words.forEach((one, i) =>
    words.forEach((other, j) =>
      assert.equal(stricter(one, other), words[Math.min(i, j)])
    )
  );
});

Deno.test("isPermissive() is so for what lets a call through, or a tracer decide", () => {
  const permissive = WORDS.map(([action]) => action).filter(isPermissive);
  assert.deepEqual(
    [...new Set(permissive)].sort(),
    ["SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_TRACE"],
  );
});
