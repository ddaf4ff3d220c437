/**
 * Limits that make no sense: nothing is started.
 *
 * @module
 */
import assert from "node:assert/strict";
import { forEachLauncher, IMAGE } from "../support/cli.ts";

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
