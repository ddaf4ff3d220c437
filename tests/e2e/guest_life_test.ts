/**
 * The life of a detached container in short, for guests, where everything takes
 * long: what depends on the control groups that the host has.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  eventually,
  forEachLauncher,
  IMAGE,
  type Place,
} from "../support/cli.ts";

/** What a command prints that must work. */
async function print(place: Place, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.tsdocker(...words);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" }, words.join(" "));
  return stdout;
}

forEachLauncher(
  "a detached container runs, is looked into, held and ended",
  async (place) => {
    const { stdout: id, stderr } = await place.run(
      "-d",
      ...["--name", "web", "--init", "--memory", "64m", IMAGE],
      ...["sh", "-c", "cat /proc/self/cgroup; sleep 1000"],
    );
    assert.match(id, /^[0-9a-f]{64}\n$/, stderr);
    const shown = await eventually("its cgroups", async () => {
      const text = await print(place, "logs", "web");
      return text === "" ? undefined : text;
    });
    // A program that is run in it is where its own is.
    assert.equal(
      await print(place, "exec", "web", "cat", "/proc/self/cgroup"),
      shown,
    );
    assertPrints(await place.tsdocker("pause", "web"), "web\n");
    assert.match(await print(place, "ps"), /\(Paused\)/);
    assertPrints(await place.tsdocker("unpause", "web"), "web\n");
    assertPrints(await place.tsdocker("update", "-m", "96m", "web"), "web\n");
    assert.match(
      await print(place, "stats", "--no-stream", "--no-trunc", "web"),
      / \/ 96MiB /,
    );
    assertPrints(await place.tsdocker("stop", "web"), "web\n");
    assertPrints(await place.tsdocker("wait", "web"), "143\n");
    assertPrints(await place.tsdocker("rm", "web"), "web\n");
  },
);
