/**
 * Host paths follow the two roots.
 *
 * @module
 */
import assert from "node:assert/strict";
import { DEFAULT_ROOTS, hostPaths } from "../../../lib/base/host_paths.ts";

Deno.test("hostPaths() places everything below one of the roots", () => {
  const { root, runRoot, ...paths } = hostPaths({
    root: "/persistent",
    runRoot: "/volatile",
  });
  assert.equal(root, "/persistent");
  assert.equal(runRoot, "/volatile");
  for (const path of Object.values(paths)) {
    assert.match(path, /^\/(persistent|volatile)\/[a-z/]+$/);
  }
});

Deno.test("hostPaths() gives every use a directory of its own", () => {
  const paths = Object.values(hostPaths(DEFAULT_ROOTS));
  assert.equal(new Set(paths).size, paths.length);
});

Deno.test("hostPaths() keeps states on what a reboot wipes", () => {
  const paths = hostPaths(DEFAULT_ROOTS);
  assert.ok(paths.states.startsWith("/run/tsdocker/"));
  assert.ok(paths.containers.startsWith("/var/lib/tsdocker/"));
});
