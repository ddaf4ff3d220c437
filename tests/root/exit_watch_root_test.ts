/**
 * The end of processes of others, as the kernel tells all who listen.
 *
 * @module
 */
import assert from "node:assert/strict";
import { ExitWatch } from "../../ffi/calls/exit_watch.ts";
import type { WaitStatus } from "../../ffi/calls/process.ts";
import { openDescriptors } from "../support/processes.ts";
import { rootTest } from "../support/root.ts";

/** A shell that does something once it is told to. */
function shell(script: string): Deno.ChildProcess {
  return new Deno.Command("sh", {
    args: ["-c", `read line; ${script}`],
    stdin: "piped",
  }).spawn();
}

async function end(child: Deno.ChildProcess): Promise<void> {
  await child.stdin.close();
  await child.status;
}

function watch(pid: number): ExitWatch {
  const opened = ExitWatch.open(pid);
  assert.ok(opened, "the kernel has CONFIG_PROC_EVENTS");
  return opened;
}

const STATUSES: readonly (readonly [string, WaitStatus])[] = [
  ["exit 7", { kind: "exited", status: 7 }],
  ["sleep 0; exit 0", { kind: "exited", status: 0 }],
  ["kill -9 $$", { kind: "signaled", signal: 9 }],
];

for (const [script, status] of STATUSES) {
  rootTest(
    `ExitWatch.status() tells of "${script}", and of nobody else`,
    async () => {
      const before = openDescriptors();
      {
        const [child, other] = [shell(script), shell("exit 3")];
        using watched = watch(child.pid);
        await end(other);
        assert.equal(await watched.status(1), undefined);
        await end(child);
        assert.deepEqual(await watched.status(10_000), status);
      }
      assert.ok(openDescriptors() <= before);
    },
  );
}
