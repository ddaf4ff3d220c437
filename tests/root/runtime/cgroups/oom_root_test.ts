/** @module */
import assert from "node:assert/strict";
import { countOomKills } from "../../../../lib/runtime/cgroups/oom.ts";
import { cgroupTest } from "../../../support/container_cgroup.ts";
import { rootTest } from "../../../support/root.ts";

const MIB = 1024 ** 2;
const LIMIT = { memory: { limit: 16 * MIB, swap: 16 * MIB } };
/** tail(1) keeps a line whole, however long. */
const GREEDY = "head -c 64M /dev/zero | tail >/dev/null";

cgroupTest(
  "countOomKills() counts what the limit of memory ends",
  (cgroup) => {
    const { output, status } = cgroup.launch(GREEDY, LIMIT).finish();
    assert.equal(status, 137, output);
    // The kernel may take the shell, too, before the memory is free.
    assert.ok(countOomKills(cgroup.path) >= 1);
  },
  "memory",
  "swap",
);

cgroupTest(
  "countOomKills() counts what ends in a cgroup below",
  (cgroup) => {
    const memory = cgroup.directory("memory");
    const shell = cgroup.launch(
      `d='${memory}/inner'; until [ -d $d ]; do sleep 0.01; done
     echo $$ >$d/cgroup.procs; ${GREEDY}`,
      LIMIT,
    );
    Deno.mkdirSync(`${memory}/inner`);
    assert.equal(shell.finish().status, 137);
    assert.ok(countOomKills(cgroup.path) >= 1);
  },
  "memory",
  "swap",
);

cgroupTest("countOomKills() is 0 for other ends", (cgroup) => {
  cgroup.launch("kill -9 $$", LIMIT).finish();
  assert.equal(countOomKills(cgroup.path), 0);
}, "memory");

rootTest("countOomKills() is 0 where there is no cgroup", () => {
  assert.equal(countOomKills(`/tsdocker-test-${crypto.randomUUID()}/box`), 0);
});
