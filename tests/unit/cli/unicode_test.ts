import assert from "node:assert/strict";
import { UsageError } from "../../../lib/base/errors.ts";
import { assertUnicode } from "../../../lib/cli/unicode.ts";

const never = (): Uint8Array => assert.fail("there is no doubt");

Deno.test("assertUnicode() looks no further if nothing was replaced", () => {
  assertUnicode([], never);
  assertUnicode(["run", "ä", "\u{1F600}", ""], never);
});

Deno.test("assertUnicode() lets a replacement character through that was written", () => {
  const bytes = new TextEncoder().encode("tsdocker\0run\0\uFFFD\0");
  assertUnicode(["run", "\uFFFD"], () => bytes);
});

Deno.test("assertUnicode() refuses bytes that are no text", () => {
  const bytes = new Uint8Array([0x72, 0, 0x61, 0xff, 0x62, 0]);
  assert.throws(() => assertUnicode(["run", "a\uFFFDb"], () => bytes), {
    name: UsageError.name,
    message: 'the argument "a\uFFFDb" is not UTF-8',
  });
});
