/**
 * Limits of containers, one by one, as the kernel's own files have them, in
 * whichever version of cgroups the host has for each.
 *
 * @module
 */
import assert from "node:assert/strict";
import { pathOf, showLimit } from "../support/cgroup_view.ts";
import { assertPrints, forEachLauncher, IMAGE } from "../support/cli.ts";
import { CPUS, expected, LIMITS, NO_SWAP } from "../support/limit_table.ts";

for (const limit of LIMITS) {
  const [flags, file] = limit;
  const claim = `run ${flags.join(" ")} sets ${pathOf(file)}`;
  forEachLauncher(claim, async (place) => {
    const { code, stdout, stderr } = await showLimit(place, flags, file);
    assert.deepEqual([code, stdout], [0, `${expected(limit)}\n`]);
    // Whether there is swap to be limited is for tests of their own.
    const hasMemory = flags.includes("-m") || flags.includes("--memory");
    assert.equal(hasMemory ? stderr.replace(NO_SWAP, "") : stderr, "");
  });
}

forEachLauncher(
  "run takes the small engines' words with a hint",
  async (place) => {
    const { code, stdout, stderr } = await place.run(
      ...["--rm", "-m", "64m", "-cpushare", "512", "-cpuset", "0", IMAGE],
      ...["cat", pathOf(CPUS) ?? ""],
    );
    assert.deepEqual([code, stdout], [0, "0\n"]);
    assert.match(stderr, /-cpushare/);
    assert.match(stderr, /-cpuset/);
  },
);

forEachLauncher(
  "run -m works with the least that is allowed",
  async (place) => {
    assertPrints(
      await place.run("--rm", "-m", "6m", IMAGE, "echo", "small"),
      "small\n",
    );
  },
);
