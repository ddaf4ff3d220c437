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

Deno.test("giveBackSoon() collects garbage with the program's own flags", async () => {
  assert.equal(await told(HEAP_FLAGS), "gone\n");
});

Deno.test("giveBackSoon() does without a collector it may call", async () => {
  assert.equal(await told(["--no-expose-gc"]), "there\n");
});
