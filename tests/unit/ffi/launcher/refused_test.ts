/** @module */
import assert from "node:assert/strict";
import { ERRNO } from "../../../../ffi/constants/errno.ts";

const FIXTURE = new URL(
  "../../../fixtures/ffi/refused_launches.ts",
  import.meta.url,
).pathname;

async function outcome(what: string, ...flags: string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", ...flags, FIXTURE, what],
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}

Deno.test("NativeLauncher.launch() reports that clone3 is filtered away", async () => {
  assert.equal(await outcome("clone3"), `failed -1 ${ERRNO.ENOSYS}`);
});

Deno.test("NativeLauncher() throws where executable memory is refused", async () => {
  // V8 needs executable memory as well, unless it only interprets.
  assert.equal(
    await outcome("mprotect", "--v8-flags=--jitless"),
    "threw mprotect EACCES",
  );
});
