/**
 * What a new user types in the first hour, line by line: two containers side by
 * side, and what makes people trust an engine or not.
 *
 * @module
 */
import assert from "node:assert/strict";
import { emptyCgroups } from "../support/remains.ts";
import { assertShows, typedTest } from "../support/typed.ts";

/** Ends the monitor of the only container with a record, as nobody should. */
const KILL_MONITOR = `
  sed -E 's/.*"keeper":\\{"pid":([0-9]+).*/\\1/' "$RUN"/containers/*/running.json >pid
  kill -9 $(cat pid); while grep -qs "^State:.[^XZ]" /proc/$(cat pid)/status; do :; done`;

typedTest("two containers of one image, each with its own", async (type) => {
  const started = await type(`
    mkdir v1 v2
    T run -d --name one -v $PWD/v1:/data bb.tar sleep 500 >id1
    T run -d --name two -v $PWD/v2:/data bb.tar sleep 500 >id2
    T ps --format '{{.Names}} {{.Image}} {{.Command}} {{.State}}'`);
  assertShows(
    started,
    'two bb.tar "sleep 500" running\none bb.tar "sleep 500" running\n',
  );
  const separate = await type(`
    T exec one sh -c 'echo 1 >/data/f; echo first >/layer; hostname' >h1
    T exec two sh -c 'ls /layer /data; echo 2 >/data/f; echo second >/layer'
    T exec one cat /layer; T exec two cat /layer
    cat v1/f v2/f
    cut -c 1-12 id1 | cmp - h1
    T diff one; T diff two`);
  assert.equal(separate.stderr, "ls: /layer: No such file or directory\n");
  assert.equal(
    separate.stdout,
    "/data:\nfirst\nsecond\n1\n2\nA /data\nA /layer\nA /data\nA /layer\n",
  );
  const removed = await type(`
    T rm one; echo $?
    T rm -f one two
    T ps -aq; ls "$ROOT/containers" "$RUN/containers"; cat v1/f v2/f
    grep -c "$ROOT" /proc/self/mountinfo`);
  assert.match(removed.stderr, /^tsdocker: cannot remove container "one": /);
  assert.match(removed.stdout, /^1\none\ntwo\n\S+:\n\n\S+:\n1\n2\n0\n$/);
});

typedTest("27: a container survives its monitor", async (type) => {
  const outcome = await type(`
    T run -d --init --name k bb.tar sleep 300 >id ${KILL_MONITOR}
    T ps -a --format '{{.Names}} {{.State}}'; T exec k echo still
    T system repair
    T system repair
    T stop k
    T ps -a --format '{{.Status}}'; T rm k`);
  assertShows(
    outcome,
    /^k running\nstill\nGave container [0-9a-f]{12} a monitor: .*\nRepaired: 1\n.*\nk\nExited \(143\) .*ago\nk\n$/,
  );
});

typedTest("27: start and stop find one without its monitor", async (type) => {
  const outcome = await type(`
    T run -d --init --name k bb.tar sleep 300 >id ${KILL_MONITOR}
    T stop k; T wait k
    T start k ${KILL_MONITOR}
    T start k; T kill k; T wait k; T rm k`);
  // Nobody was told how it ended; kernels before 6.15 tell nobody else.
  assertShows(outcome, /^k\n(?:143|255)\nk\nk\nk\n(?:137|255)\nk\n$/);
});

typedTest(
  "28: after a reboot, all is Exited and starts again",
  async (type) => {
    const before = new Set(emptyCgroups());
    const outcome = await type(`
    T run --name done bb.tar false
    T run -d --init --name k bb.tar sleep 300 >id
    PID=$(T inspect -f '{{.State.Pid}}' k) ${KILL_MONITOR}
    kill -9 $PID; rm -r "$RUN"
    T ps -a --format '{{.Names}} {{.Status}}'`);
    assertShows(outcome, /^k Exited \(137\) .*ago\ndone Exited \(1\) .*ago\n$/);
    const cgroups = emptyCgroups();
    assert.deepEqual(cgroups.filter((path) => !before.has(path)), []);
    const again = await type(`
    T start k; T ps --format '{{.Names}} {{.State}}'
    T rm -f k; T run --rm --name k bb.tar echo reused; T rm done`);
    assertShows(again, "k\nk running\nk\nreused\ndone\n");
  },
);

typedTest("30: fifty at once", async (type) => {
  const outcome = await type(`
    for i in $(seq 50); do { T run --rm bb.tar true; echo $?; } & done; wait
    T ps -aq`);
  assertShows(outcome, "0\n".repeat(50));
});
