/** @module */
import assert from "node:assert/strict";
import { looksDetached } from "../../../lib/cli/detached_guess.ts";

const DETACHED = [
  ["-d", "busybox"],
  ["--detach", "busybox"],
  ["--detach=true", "busybox"],
  ["-dit", "--name", "db", "busybox", "sh"],
  ["--name", "db", "-v", "/a:/b", "-itd", "busybox"],
];

const ATTACHED = [
  [],
  ["busybox", "ls", "-d"],
  ["--rm", "busybox", "ls", "-d"],
  ["-v", "/a:/b", "busybox", "ls", "-d", "/b"],
  ["--rm", "--", "busybox", "-d"],
  ["--detach=false", "busybox"],
  ["--detach-keys", "ctrl-d", "busybox"],
];

Deno.test("looksDetached() finds the flag among others", () => {
  for (const args of DETACHED) assert.ok(looksDetached(args), args.join(" "));
});

Deno.test("looksDetached() leaves the container's own arguments alone", () => {
  for (const args of ATTACHED) assert.ok(!looksDetached(args), args.join(" "));
});
