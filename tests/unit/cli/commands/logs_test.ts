/**
 * What `logs` takes.
 *
 * @module
 */
import assert from "node:assert/strict";
import { logsCommand, parseTail } from "../../../../lib/cli/commands/logs.ts";
import { fakeHost } from "../../../support/fake_host.ts";

Deno.test("parseTail() takes a number, or all", () => {
  assert.equal(parseTail("0"), 0);
  assert.equal(parseTail("25"), 25);
  assert.equal(parseTail("all"), undefined);
  assert.equal(parseTail("-1"), undefined);
});

for (const text of ["", "ten", "1.5", "all "]) {
  Deno.test(`parseTail() refuses "${text}"`, () => {
    assert.throws(() => parseTail(text), /for "-n, --tail" flag/);
  });
}

for (
  const [args, message] of [
    [[], /"tsdocker logs" requires exactly 1 argument\./],
    [["a", "b"], /"tsdocker logs" requires exactly 1 argument\./],
    [["--since", "soon", "a"], /invalid time: "soon"/],
    [["--until=x", "a"], /invalid time: "x"/],
    [["-n", "few", "a"], /invalid argument "few"/],
  ] as const
) {
  Deno.test(`logs refuses ${JSON.stringify(args)} before it looks`, async () => {
    await assert.rejects(
      logsCommand.execute("logs", args, fakeHost()),
      message,
    );
  });
}
