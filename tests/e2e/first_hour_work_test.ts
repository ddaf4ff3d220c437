/**
 * What a new user types in the first hour, line by line: daily work with
 * containers that run on their own.
 *
 * @module
 */
import assert from "node:assert/strict";
import { eventually } from "../support/cli.ts";
import { assertShows, typedTest } from "../support/typed.ts";

typedTest("23: cp copies both ways", async (type) => {
  const outcome = await type(`
    T run -d --name aa bb.tar sleep 99 >id
    T cp aa:/etc/passwd - | tar t
    echo z>z; T cp z aa:/tmp/; T exec aa cat /tmp/z
    T rm -f aa`);
  assertShows(outcome, "passwd\nz\naa\n");
});

typedTest("26: kill and wait", async (type) => {
  const { stdout, stderr } = await type(`
    T run -d --name aa bb.tar sleep 99 >id
    T kill -s KILL aa; T wait aa
    T kill aa; echo $?
    T rm aa`);
  assert.equal(stdout, "aa\n137\n1\naa\n");
  assert.match(
    stderr,
    /^tsdocker: cannot kill container: aa: container [0-9a-f]{64} is not running\n$/,
  );
});

typedTest("29: a name in use, and --replace", async (type) => {
  const { stdout, stderr } = await type(`
    T run --name aa bb.tar true; T run --name aa bb.tar true; echo $?
    T run --replace --name aa bb.tar true; echo $?
    T rm aa`);
  assert.equal(stdout, "125\n0\naa\n");
  assert.match(
    stderr,
    /^tsdocker: Conflict\. The container name "\/aa" is already in use by container "[0-9a-f]{64}"\. You have to remove \(or rename\) .*\n\ntry: another --name, or tsdocker rm aa /,
  );
});

typedTest("32: --init reaps what nobody waits for", async (type) => {
  await type("T run -d --init --name zz bb.tar sleep 99");
  await type("T exec zz sh -c 'sleep 0.1 &'");
  await eventually("the end of the orphan", async () => {
    const { stdout } = await type("T exec zz ps -o args | grep -c sleep");
    // The init names what it runs.
    return stdout === "2\n" || undefined;
  });
  assertShows(await type("T exec zz ps -o stat | grep -c ^Z"), "0\n");
  assertShows(await type("T rm -f zz"), "zz\n");
});

typedTest("33: capabilities and calls are docker's", async (type) => {
  const { stdout, stderr } = await type(`
    T run --rm bb.tar cat /proc/1/status | grep -E 'CapEff|Seccomp:'
    T run --rm bb.tar mount -t tmpfs x /mnt; echo $?`);
  assert.equal(stdout, "CapEff:\t00000000a80425fb\nSeccomp:\t2\n1\n");
  assert.equal(stderr, "mount: permission denied (are you root?)\n");
});

typedTest("34: --restart on-failure starts it again", async (type) => {
  const flags = "-d --restart on-failure:2 --name rr";
  const refused = await type(`T run --rm ${flags} bb.tar false; echo $?`);
  assert.equal(refused.stdout, "125\n");
  assert.match(refused.stderr, /^tsdocker: conflicting options: .*--restart/);
  await type(`T run ${flags} bb.tar false`);
  const state =
    "{{.RestartCount}} {{.State.Status}} {{.State.ExitCode}} {{.State.Running}}";
  await eventually("its last end", async () => {
    const { stdout } = await type(`T inspect -f '${state}' rr`);
    return stdout === "2 exited 1 false\n" || undefined;
  });
  assertShows(await type("T rm rr"), "rr\n");
});

typedTest("35: health checks, and run -d --wait", async (type) => {
  const checks = "--health-cmd 'test -f /ok' --health-interval 100ms";
  await type(`T run -d --name hh ${checks} bb.tar sleep 99`);
  assertShows(
    await type("T ps --format '{{.Status}}'"),
    /^Up .*\((?:health: starting|unhealthy)\)\n$/,
  );
  await type("T exec hh touch /ok");
  await eventually("it to be healthy", async () => {
    const { stdout } = await type("T ps --filter health=healthy -q");
    return stdout !== "" || undefined;
  });
  const outcome = await type(`
    T run -d --wait --name h2 ${checks} bb.tar sh -c 'touch /ok; sleep 99' >id
    T inspect -f '{{.State.Health.Status}}' h2
    T rm -f hh h2`);
  assertShows(outcome, "healthy\nhh\nh2\n");
});

typedTest("36: ps is for scripts, too", async (type) => {
  const outcome = await type(`
    T run --name done bb.tar false
    T ps -a --filter status=exited --format '{{.Names}}\\t{{.Status}}'
    T ps -a --format json
    T rm done`);
  const [row = "", json = "", ...rest] = outcome.stdout.split("\n");
  assert.equal(outcome.stderr, "");
  assert.match(row, /^done\tExited \(1\) .*ago$/);
  const { Names, State, Command } = JSON.parse(json);
  assert.deepEqual([Names, State, Command], ["done", "exited", '"false"']);
  assert.deepEqual(rest, ["done", ""]);
});

typedTest("37: logs are bounded", async (type, place) => {
  const { stdout, stderr } = await type(`
    yes $(printf %0999d 1) | head -c 60M | T run -i --name yy bb.tar cat | wc -c
    T logs --tail 1 yy | wc -c
    du -m "$ROOT"/containers/*/log
    T rm yy`);
  const [written, last, size = "", removed] = stdout.split("\n");
  assert.deepEqual(
    [stderr, written, last, removed],
    ["", String(60 * 1024 ** 2), String(60 * 1024 ** 2 % 1000), "yy"],
  );
  assert.ok(Number.parseInt(size) <= 30, size);
  assert.deepEqual(await place.containers(), []);
});
