import assert from "node:assert/strict";
import { askLine, askSecret, readAll } from "../../../lib/cli/ask_secret.ts";
import { ExitError } from "../../../lib/cli/errors.ts";
import { fakeHost } from "../../support/fake_host.ts";

/** A stdin that gives a text, as much at a time as is asked for. */
function typing(text: string): (buffer: Uint8Array) => number | null {
  let left = new TextEncoder().encode(text);
  return (buffer) => {
    if (left.length === 0) return null;
    const count = Math.min(buffer.length, left.length);
    buffer.set(left.subarray(0, count));
    left = left.subarray(count);
    return count;
  };
}

Deno.test("askLine() takes a line, and leaves what follows", () => {
  const host = fakeHost();
  const read = typing(" mé \nrest");
  assert.equal(askLine("Username: ", host, read), "mé");
  assert.equal(host.err(), "Username: ");
  assert.equal(readAll(read), "rest");
  assert.equal(askLine("Username: ", host, typing("")), "");
});

Deno.test("askSecret() knows the keys that a raw terminal does not", () => {
  const secrets: [typed: string, secret: string][] = [
    ["s cret\rrest", "s cret"],
    ["abcé\x7f\x7fd\n", "abd"],
    ["\x7f\x7fa\r", "a"],
    ["half\x04rest", "half"],
    ["no end", "no end"],
  ];
  for (const [typed, secret] of secrets) {
    const host = fakeHost();
    assert.equal(askSecret("Password: ", host, typing(typed)), secret);
    assert.equal(host.err(), "Password: \r\n");
  }
});

Deno.test("askSecret() ends as a program that was interrupted", () => {
  assert.throws(
    () => askSecret("Password: ", fakeHost(), typing("ab\x03")),
    (error: Error) => error instanceof ExitError && error.status === 130,
  );
});

Deno.test("readAll() does not read for ever", () => {
  const endless = (buffer: Uint8Array): number => {
    buffer[0] = 97;
    return 1;
  };
  assert.equal(readAll(endless).length, 64 * 1024);
});
