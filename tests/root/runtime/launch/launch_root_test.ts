/**
 * What a launch leaves behind in the process that makes it.
 *
 * @module
 */
import assert from "node:assert/strict";
import { rootTest } from "../../../support/root.ts";
import { TemporaryDirectory } from "../../../support/temporary_directory.ts";

const FIXTURE = new URL(
  "../../../fixtures/runtime/launch_threads.ts",
  import.meta.url,
).pathname;
const MISSING = 'exec "/missing": no such file or directory';

/** How it is launched, what, and what comes of it. */
const LAUNCHES = [
  ["native", "true", "native"],
  ["native", "/missing", MISSING],
  ["reinvoke", "true", "reinvoke"],
  ["reinvoke", "/missing", MISSING],
  ["fallback", "true", "reinvoke"],
  ["fallback", "/missing", MISSING],
] as const;

for (const [way, program, expected] of LAUNCHES) {
  rootTest(
    `launch() leaves every thread in the host's mounts: ${way}, ${program}`,
    async () => {
      using directory = new TemporaryDirectory();
      const processes = `${directory.path}/cgroup.procs`;
      await Deno.writeTextFile(processes, "");
      const command = new Deno.Command(Deno.execPath(), {
        args: ["run", "-A", "--quiet", "--no-check", FIXTURE, way, program],
        cwd: directory.path,
        // With none, Deno translates what is imported late, on another thread.
        env: { DENO_DIR: directory.path },
      });
      const { code, stdout, stderr } = await command.output();
      const decoder = new TextDecoder();
      assert.equal(code, 0, decoder.decode(stderr));
      const [told, ...namespaces] = decoder.decode(stdout).trim().split("\n");
      assert.equal(told, expected);
      const host = await Deno.readLink("/proc/self/ns/mnt");
      assert.ok(namespaces.length > 1);
      assert.deepEqual(new Set(namespaces), new Set([host]));
    },
  );
}
