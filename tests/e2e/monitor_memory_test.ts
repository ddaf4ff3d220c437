/**
 * What the monitor of a container takes of the memory.
 *
 * @module
 */
import assert from "node:assert/strict";
import { memoryOf } from "../bench/support/monitors.ts";
import { eventually, forEachLauncher, IMAGE } from "../support/cli.ts";

/**
 * Of its own, and written to: the bar of docs/benchmarks.md. One takes 9.9 MB; the
 * first timer of Deno's would be another 2.
 */
const MAX_DIRTY_BYTES = 10.5e6;

forEachLauncher(
  "a monitor gives back what the start has taken",
  async (place) => {
    // Who has unpacked the image would take more: it leaves that to another.
    for (const _ of ["with an image to unpack", "with one that is there"]) {
      const { code, stdout } = await place.run("-d", IMAGE, "sleep", "1000");
      assert.equal(code, 0);
      const id = stdout.trim();
      const record = `${place.runRoot}/containers/${id}/running.json`;
      const { keeper } = JSON.parse(await Deno.readTextFile(record));
      await eventually("little memory in use", async () => {
        const { dirtyBytes } = await memoryOf(`${keeper.pid}`);
        return dirtyBytes <= MAX_DIRTY_BYTES || undefined;
      });
      await place.tsdocker("rm", "-f", id);
    }
  },
);
