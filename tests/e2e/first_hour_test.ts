/**
 * What a new user types in the first hour, line by line: running, looking,
 * stopping, and what goes wrong at first.
 *
 * How long it takes is measured by `make bench`.
 *
 * @module
 */
import assert from "node:assert/strict";
import { Terminal } from "../support/terminal.ts";
import { assertShows, typedTest } from "../support/typed.ts";

typedTest("1: run --rm echo prints, and leaves nothing", async (type) => {
  assertShows(await type("T run --rm ./bb.tar echo hi; T ps -aq"), "hi\n");
});

typedTest("2: run gives the program's status", async (type) => {
  const line = "T run --rm ./bb.tar sh -c 'exit 7'; echo $?";
  assertShows(await type(line), "7\n");
});

typedTest("3: run says what cannot be run, in one line", async (type) => {
  const { stdout, stderr } = await type(`
    T run --rm ./bb.tar nosuch; echo $?
    T run --rm ./bb.tar /etc; echo $?`);
  assert.equal(stdout, "127\n126\n");
  assert.equal(
    stderr,
    'tsdocker: exec "nosuch": executable file not found in $PATH\n' +
      'tsdocker: exec "/etc": permission denied: is a directory\n',
  );
});

typedTest("5 and 6: run -d prints an id, and ps shows it", async (type) => {
  const outcome = await type(`
    ID=$(T run -d --init --name web bb.tar sleep 300); echo $\{#ID}
    T ps
    T rm -f $ID >id`);
  assertShows(
    outcome,
    /^64\nCONTAINER ID {3}IMAGE {5}COMMAND {7}CREATED +STATUS +PORTS {5}NAMES\n[0-9a-f]{12} {3}bb\.tar {4}"sleep 300" {3}.*ago {3}Up .* web\n$/,
  );
});

typedTest("7: exec runs in a container, with a status", async (type) => {
  const outcome = await type(`
    T run -d --init --name web bb.tar sleep 300 >id
    T exec web sh -c 'echo $$; exit 5'; echo $?
    T exec nosuch true; echo $?
    T rm -f web`);
  assert.match(outcome.stdout, /^\d+\n5\n1\nweb\n$/);
  assert.match(outcome.stderr, /^tsdocker: No such container: nosuch\n/);
});

typedTest("8: run -it is a terminal", (_type, place) => {
  const size = { height: 30, width: 100 };
  const words = ["run", "-it", "--rm", "bb.tar", "sh"];
  using terminal = Terminal.tsdocker(place, words, { size });
  terminal.expect("/ # ");
  terminal.type("stty size\r");
  terminal.expect("30 100\r\n");
  terminal.resize({ height: 24, width: 80 });
  terminal.type("stty size\r");
  terminal.expect("24 80\r\n");
  terminal.type("echo up; exec sleep 300 & wait\r");
  terminal.expect("up\r\n");
  terminal.type("\x03");
  terminal.expect("/ # ");
  terminal.type("kill $!; exit 4\r");
  assert.equal(terminal.status(), 4);
  assert.deepEqual(terminal.modes, terminal.initialModes);
  return Promise.resolve();
});

typedTest("8: a terminal can be left and come back to", async (type, place) => {
  assertShows(await type("T run -dit --name t bb.tar sh >id"), "");
  {
    using terminal = Terminal.tsdocker(place, ["attach", "t"]);
    terminal.type("x=5; echo kept$x\r");
    terminal.expect("kept5\r\n");
    terminal.type("\x10\x11");
    terminal.expect("read escape sequence");
    assert.equal(terminal.status(), 0);
  }
  {
    using terminal = Terminal.tsdocker(place, ["exec", "-it", "t", "sh"]);
    terminal.expect("/ # ");
    terminal.type("tty; exit 3\r");
    terminal.expect("/dev/pts/1\r\n");
    assert.equal(terminal.status(), 3);
  }
  {
    using terminal = Terminal.tsdocker(place, ["attach", "t"]);
    terminal.type("echo still$x; exit 6\r");
    terminal.expect("still5\r\n");
    assert.equal(terminal.status(), 6);
  }
  assertShows(await type("T wait t; T rm t"), "6\nt\n");
});

typedTest("9 and 10: stop, start and rm", async (type) => {
  const { stdout, stderr } = await type(`
    T run -d --init --name web bb.tar sleep 300 >id
    T stop web
    T ps -a --format '{{.Status}}'
    T start web && T rm web; echo $?
    T rm -f web
    T rm web; echo $?`);
  assert.match(
    stdout,
    /^web\nExited \(143\) .*ago\nweb\n1\nweb\n1\n$/,
  );
  assert.equal(
    stderr,
    'tsdocker: cannot remove container "web": container is running: stop the container before removing or force remove\n\ntry: tsdocker rm -f web\n' +
      "tsdocker: No such container: web\n\ntry: tsdocker ps -a\n",
  );
});

typedTest("11: logs gives each stream to its own", async (type) => {
  const outcome = await type(`
    T run --name c1 bb.tar sh -c 'echo out; echo err >&2; exit 3' >o 2>e; echo $?
    cat o; cat e
    T logs c1 2>/dev/null; T logs c1 2>&1 >/dev/null
    T rm c1`);
  assertShows(outcome, "3\nout\nerr\nout\nerr\nc1\n");
});

typedTest("12: a container is alone in its namespaces", async (type) => {
  const script = "ps; hostname; id -u; mount|grep -c overlay";
  assertShows(
    await type(`T run --rm bb.tar sh -c '${script}'`),
    /^PID .*\n +1 root +sh -c .*\n +2 .*\n[0-9a-f]{12}\n0\n1\n$/,
  );
});

typedTest("13: run -e -w -u -h", async (type) => {
  const script = 'echo "$A" $PWD $(id -u):$(id -g) $(hostname)';
  const flags = "-e A='x y' -w /tmp -u 1000:1000 -h box";
  assertShows(
    await type(`T run --rm ${flags} bb.tar sh -c '${script}'`),
    "x y /tmp 1000:1000 box\n",
  );
});

typedTest("14: run -v, and :ro", async (type) => {
  const { stdout, stderr } = await type(`
    mkdir d; T run --rm -v $PWD/d:/d bb.tar sh -c 'echo 1 >/d/f'; cat d/f
    T run --rm -v $PWD/d:/d:ro bb.tar touch /d/g; echo $?
    T run --rm -v /typo/dir:/d bb.tar true; echo $?`);
  assert.equal(stdout, "1\n1\n125\n");
  assert.equal(
    stderr,
    "touch: /d/g: Read-only file system\n" +
      'tsdocker: bind source path does not exist: "/typo/dir" ("/" does exist)\n\n' +
      "try: mkdir -p, or -v /typo/dir:/d:create\n" +
      "See 'tsdocker run --help'.\n",
  );
});

typedTest("15: run -m says that memory has run out", async (type) => {
  const flags = "--rm --name big -m 64m";
  const outcome = await type(`T run ${flags} bb.tar tail /dev/zero; echo $?`);
  assert.equal(outcome.stdout, "137\n");
  assert.equal(
    outcome.stderr,
    "tsdocker: container big: OOM-killed (limit 64MiB)\n",
  );
});

typedTest("16: inspect and the kernel agree on limits", async (type) => {
  const outcome = await type(`
    T run -d --name ll --cpus 0.5 --pids-limit 20 bb.tar sleep 99 >id
    T inspect -f '{{.HostConfig.NanoCpus}} {{.HostConfig.PidsLimit}}' ll
    T exec ll sh -c 'cd /sys/fs/cgroup
      cat pids/pids.max 2>/dev/null || cat pids.max
      cat cpu/cpu.cfs_quota_us 2>/dev/null || cat cpu.max'
    T rm -f ll`);
  assertShows(outcome, /^500000000 20\n20\n50000(?: 100000)?\nll\n$/);
});
