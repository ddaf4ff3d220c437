/** @module */
import assert from "node:assert/strict";
import { HEAP_FLAGS } from "../../../lib/runtime/launch/self_invocation.ts";

const FIXTURE = new URL("../../fixtures/monitor/give_back.ts", import.meta.url);

/** What the fixture says, run with flags of V8. */
async function told(flags: readonly string[]): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", `--v8-flags=${flags.join(",")}`],
      FIXTURE.pathname,
    ],
    stdin: "null",
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout);
}

Deno.test("keepGivingBack() collects garbage, again and again, until it is over", async () => {
  assert.equal(await told(HEAP_FLAGS), "gone\ngone\nthere\n");
});

Deno.test("keepGivingBack() does without a collector it may call", async () => {
  assert.equal(await told(["--no-expose-gc"]), "there\nthere\nthere\n");
});
