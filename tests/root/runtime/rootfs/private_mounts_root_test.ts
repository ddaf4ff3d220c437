/** @module */
import assert from "node:assert/strict";
import { rootTest } from "../../../support/root.ts";

const FIXTURE = new URL(
  "../../../fixtures/runtime/private_mounts.ts",
  import.meta.url,
);

rootTest("PrivateMounts returns though a thread was started", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", "--no-check", FIXTURE.pathname],
  }).output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const [before, inside, after] = new TextDecoder().decode(stdout).split("\n");
  assert.equal(after, before);
  assert.notEqual(inside, before);
});
