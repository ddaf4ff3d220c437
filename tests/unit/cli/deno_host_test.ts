/**
 * Writing to streams that take little, nothing for now, or nothing any more.
 *
 * @module
 */
import assert from "node:assert/strict";
import { denoHost, textWriter } from "../../../lib/cli/deno_host.ts";
import { OutputClosedError } from "../../../lib/cli/errors.ts";
import { QUICK_TUNABLES } from "../../../lib/runtime/launch/self_invocation.ts";

Deno.test("textWriter() writes all, however little is taken at a time", () => {
  const taken: number[] = [];
  const writer = textWriter({
    writeSync(bytes): number {
      taken.push(...bytes.subarray(0, 3));
      return Math.min(3, bytes.length);
    },
  });
  writer.write("größer als drei");
  assert.equal(
    new TextDecoder().decode(Uint8Array.from(taken)),
    "größer als drei",
  );
});

Deno.test("textWriter() tries again when a stream would block", () => {
  let refusals = 3;
  let written = "";
  const writer = textWriter({
    writeSync(bytes): number {
      if (refusals-- > 0) throw new Deno.errors.WouldBlock("full");
      written += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  writer.write("text");
  assert.equal(written, "text");
});

Deno.test("textWriter() tells a closed pipe from other failures", () => {
  const failing = (error: Error): () => void => () =>
    textWriter({
      writeSync(): number {
        throw error;
      },
    }).write("text");
  assert.throws(failing(new Deno.errors.BrokenPipe("gone")), OutputClosedError);
  const other = new Deno.errors.PermissionDenied("no");
  assert.throws(failing(other), other);
});

Deno.test("textWriter() writes nothing for no text", () => {
  textWriter({ writeSync: () => assert.fail("called") }).write("");
});

Deno.test("denoHost() is the process it runs in", () => {
  const host = denoHost();
  assert.equal(host.cwd(), Deno.cwd());
  assert.equal(host.env.get("PATH"), Deno.env.get("PATH"));
  assert.equal(host.stdinIsTerminal(), Deno.stdin.isTerminal());
  assert.equal(host.stdoutIsTerminal(), Deno.stdout.isTerminal());
});

Deno.test("denoHost() has the caller's variables, and none of the header's", () => {
  const NAME = "TSDOCKER_TEST_VARIABLE";
  const { env } = denoHost();
  try {
    Deno.env.set(NAME, "theirs");
    assert.equal(env.get(NAME), "theirs");
    Deno.env.set(NAME, QUICK_TUNABLES);
    assert.equal(env.get(NAME), undefined);
  } finally {
    Deno.env.delete(NAME);
  }
});
