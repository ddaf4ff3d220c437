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

/** Flags and what is said of them; the status is 125. */
const WRONG: readonly (readonly [flags: readonly string[], text: RegExp])[] = [
  [["-m", "1m"], /Minimum memory limit allowed is 6MB/],
  [["-m", "lots"], /invalid.*lots/],
  [["--cpus", "1000"], /Range of CPUs is from 0\.01 to/],
  [["--cpuset-cpus", "999"], /999/],
  [["--blkio-weight", "5"], /Range of blkio weight is from 10 to 1000/i],
  [["--device-read-bps", "/dev/nosuch:1mb"], /\/dev\/nosuch/],
  [["--sysctl", "kernel.core_pattern=|/x"], /kernel\.core_pattern/],
  [["--ulimit", "nofiles=1"], /nofiles/],
  [["-m", "64m", "--memory-swap", "32m"], /memory-?swap/i],
  [["--memory-swappiness", "101"], /101/],
  [["--cgroups", "disabled", "-m", "64m"], /cgroups/],
];

for (const [flags, text] of WRONG) {
  forEachLauncher(
    `run ${flags.join(" ")} is refused in one line`,
    async (place) => {
      const { code, stdout, stderr } = await place.run(
        ...["--rm", ...flags, IMAGE, "true"],
      );
      assert.deepEqual([code, stdout], [125, ""]);
      assert.match(stderr.split("\n")[0] ?? "", text);
    },
  );
}
