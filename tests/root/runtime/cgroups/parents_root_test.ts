/** @module */
import assert from "node:assert/strict";
import { rootTest } from "../../../support/root.ts";

const FIXTURE = new URL(
  "../../../fixtures/runtime/cgroup_lives.ts",
  import.meta.url,
).pathname;
const LIVES = 20;

rootTest(
  "lockParents() keeps ends from taking the parent of a start",
  async () => {
    const lives = [1, 2, 3].map(() =>
      new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--no-check", FIXTURE, String(LIVES)],
        stdout: "null",
        stderr: "piped",
      }).output()
    );
    for (const { success, stderr } of await Promise.all(lives)) {
      assert.ok(success, new TextDecoder().decode(stderr));
    }
  },
);
