/**
 * Containers that go on by themselves: `run -d`, `create`, `start`, `attach`,
 * the monitor that keeps each, and what its policy does.
 *
 * @module
 */
import assert from "node:assert/strict";
import { isKernelAtLeast, parseKernel } from "../../lib/base/kernel_version.ts";
import {
  assertPrints,
  eventually,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Outcome,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";

/** Whether a monitor can learn how a program ended that is not its child. */
const KERNEL_TELLS = isKernelAtLeast(parseKernel(Deno.osRelease()), "6.15");

const SLEEP = [IMAGE, "sleep", "1000"];

/** Starts a container that is to go on, and gives its id. */
async function detach(place: Place, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.run("-d", ...words);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  assert.match(stdout, /^[0-9a-f]{64}\n$/);
  return stdout.trim();
}

/** Removes a container, whatever it does. */
async function remove(place: Place, name: string): Promise<void> {
  assertPrints(await place.tsdocker("rm", "-f", name), `${name}\n`);
}

/** What `inspect` says of a container. */
async function inspect(
  place: Place,
  name: string,
  format: string,
): Promise<string> {
  const { stdout } = await place.tsdocker("inspect", "-f", format, name);
  return stdout.trimEnd();
}

/** Waits until the log of a container is what it is to be. */
async function awaitLog(
  place: Place,
  name: string,
  text: string,
): Promise<void> {
  await eventually(`${text} in the log`, async () => {
    const { stdout } = await place.tsdocker("logs", name);
    return stdout === text || undefined;
  });
}

/** Waits for the end of a container, and gives its status. */
async function awaitEnd(place: Place, name: string): Promise<number> {
  const { code, stdout } = await place.tsdocker("wait", name);
  assert.equal(code, 0);
  return Number(stdout);
}

interface Pids {
  /** Process 1 of the container. */
  readonly pid: number;
  /** Of its monitor. */
  readonly keeper: number;
}

/** Who runs, as the state says. */
async function pidsOf(place: Place, id: string): Promise<Pids> {
  const path = `${place.runRoot}/containers/${id}/running.json`;
  const { pid, keeper } = JSON.parse(await Deno.readTextFile(path));
  return { pid, keeper: keeper.pid };
}

/** A field of `/proc/PID/stat` after the name, by its number in proc(5). */
async function statField(pid: number, field: number): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[field - 3]);
}

forEachLauncher("run -d starts what goes on with a monitor", async (place) => {
  const id = await detach(place, "--name", "on", ...SLEEP);
  const { pid, keeper } = await pidsOf(place, id);
  assert.equal(await statField(pid, 4), keeper, "the parent");
  assert.equal(await statField(keeper, 6), keeper, "the session");
  assert.equal(await Deno.readLink(`/proc/${keeper}/cwd`), "/");
  const open = await Promise.all(
    (await namesIn(`/proc/${keeper}/fd`)).map((name) =>
      Deno.readLink(`/proc/${keeper}/fd/${name}`)
    ),
  );
  const own = /^(?:anon_inode|pipe|socket|\/dev\/null|\/proc\/)/;
  const files = open.filter((path) => !own.test(path) && !isOwn(place, path));
  assert.deepEqual(files, []);
  assert.equal(await inspect(place, "on", "{{.State.Pid}}"), String(pid));
  await remove(place, "on");
});

/** Whether a file belongs to a place, or to the program itself. */
function isOwn({ directory, work }: Place, path: string): boolean {
  return path.startsWith(`${directory}/`) && !path.startsWith(work) ||
    path.includes("/tsdocker") || path.includes("/test-runtime/");
}

placeTest("run -d tells why a program does not start", async (place) => {
  const cases: readonly [number, string[]][] = [
    [127, [IMAGE, "nosuch"]],
    [126, [IMAGE, "/etc"]],
    [125, ["-w", "relative", IMAGE, "true"]],
    [125, ["-v", "/nosuch/dir:/a:nosuchmode", IMAGE, "true"]],
  ];
  for (const [status, words] of cases) {
    const { code, stdout, stderr } = await place.run("-d", ...words);
    assert.equal(code, status, stderr);
    assert.equal(stdout, "");
    assert.match(stderr, /^tsdocker: [^\n]+\n/);
    await place.assertNothingRemains();
  }
});

placeTest("run -d passes on what its monitor warns of", async (place) => {
  const words = ["--rm", "--ulimit", "nofile=3000000000", IMAGE, "true"];
  const foreground = await place.run(...words);
  const background = await place.run("-d", ...words);
  assert.match(
    background.stderr,
    /^tsdocker: warning: Limits lowered to what this host allows: nofile /,
  );
  assert.equal(background.stderr, foreground.stderr);
});

placeTest("run -d writes both outputs to the log", async (place) => {
  await detach(place, "--name", "log", ...shell("echo out; echo err >&2"));
  assert.equal(await awaitEnd(place, "log"), 0);
  assert.deepEqual(await place.tsdocker("logs", "log"), {
    code: 0,
    stdout: "out\n",
    stderr: "err\n",
  });
  await remove(place, "log");
});

placeTest(
  "run -dit has a terminal to attach to, and to leave",
  async (place) => {
    await detach(place, "-it", "--name", "tty", IMAGE, "sh");
    const plain = await place.tsdocker("attach", "tty");
    assert.deepEqual([plain.code, plain.stdout], [1, ""]);
    assert.equal(plain.stderr, "tsdocker: the input device is not a TTY\n");
    {
      using terminal = Terminal.tsdocker(place, ["attach", "tty"]);
      terminal.type("x=1; echo a$((x + 1))b\r");
      terminal.expect("a2b\r\n");
      terminal.type("\x10\x11");
      terminal.expect("read escape sequence");
      assert.equal(terminal.status(), 0);
      assert.deepEqual(terminal.modes, terminal.initialModes);
    }
    using again = Terminal.tsdocker(place, ["attach", "tty"]);
    again.type("stty size; echo still $x; exit 5\r");
    again.expect("24 80\r\nstill 1\r\n");
    assert.equal(again.status(), 5);
    await remove(place, "tty");
  },
);

placeTest("run -dt has a terminal that takes no input", async (place) => {
  await detach(place, "-t", "--name", "t", ...shell("test -t 1 && echo tty"));
  assert.equal(await awaitEnd(place, "t"), 0);
  await awaitLog(place, "t", "tty\r\n");
  await remove(place, "t");
});

placeTest("run -di waits for input, attached twice at once", async (place) => {
  await detach(place, "-i", "--name", "cat", IMAGE, "cat");
  const silent = place.start(["attach", "--no-stdin", "cat"], { stdin: "" });
  const speaker = place.start(["attach", "cat"], { stdin: "" });
  await speaker.write("hello\n");
  assert.equal(await speaker.stdout.line(), "hello");
  let isHeard = false;
  const heard = silent.stdout.line().then((line) => {
    isHeard = true;
    return line;
  });
  await silent.closeStdin();
  await eventually("the other to hear it", async () => {
    await speaker.write("again\n");
    assert.equal(await speaker.stdout.line(), "again");
    return isHeard || undefined;
  });
  assert.match(await heard, /^(?:hello|again)$/);
  // As in docker: it has not been started for the sake of this input.
  await speaker.closeStdin();
  const third = place.start(["attach", "cat"], { stdin: "" });
  await third.write("third\n");
  assert.equal(await third.stdout.line(), "third");
  assertPrints(await place.tsdocker("kill", "cat"), "cat\n");
  const all = [speaker, silent, third].map((client) => client.status());
  assert.deepEqual(await Promise.all(all), [137, 137, 137]);
  await remove(place, "cat");
});

placeTest(
  "start -a shows all from the first word, and ends with it",
  async (place) => {
    const script = "echo first; echo err >&2; cat; echo last; exit 7";
    const created = await place.tsdocker(
      ...["create", "-i", "--name", "c", ...shell(script)],
    );
    assert.match(created.stdout, /^[0-9a-f]{64}\n$/);
    const interactive: Outcome = await place.tsdockerWith(
      { stdin: "in\n" },
      ["start", "-ai", "c"],
    );
    assert.deepEqual(interactive, {
      code: 7,
      stdout: "first\nin\nlast\n",
      stderr: "err\n",
    });
    await remove(place, "c");
    await place.tsdocker("create", "--name", "d", ...shell("echo a; exit 3"));
    for (let time = 0; time < 2; time++) {
      const { code, stdout } = await place.tsdocker("start", "-a", "d");
      assert.deepEqual({ code, stdout }, { code: 3, stdout: "a\n" });
    }
    await remove(place, "d");
  },
);

placeTest("start starts several, twice at once, each once", async (place) => {
  for (const name of ["a", "b"]) {
    await place.tsdocker("create", "--name", name, ...SLEEP);
  }
  const outcomes = await Promise.all([
    place.tsdocker("start", "a", "nosuch", "b"),
    place.tsdocker("start", "b"),
  ]);
  assert.deepEqual(outcomes.map(({ code, stdout }) => [code, stdout]), [
    [1, "a\nb\n"],
    [0, "b\n"],
  ]);
  assert.match(outcomes[0].stderr, /No such container: nosuch/);
  const { stdout } = await place.tsdocker("ps", "-q");
  assert.equal(stdout.trim().split("\n").length, 2);
  const both = await place.tsdocker("start", "-a", "a", "b");
  assert.equal(both.code, 1);
  assert.match(both.stderr, /cannot start and attach multiple containers/);
  const removed = await place.tsdocker("rm", "-f", "a", "b");
  assertPrints(removed, "a\nb\n");
});

placeTest("start takes over what a killed monitor has left", async (place) => {
  const script = "trap 'echo end; exit 9' USR1; echo before; " +
    "while :; do sleep 0.02; done";
  const id = await detach(place, "--name", "orphan", ...shell(script));
  await awaitLog(place, "orphan", "before\n");
  const before = await pidsOf(place, id);
  Deno.kill(before.keeper, "SIGKILL");
  // Until the lock is free, it has a monitor.
  const after = await eventually("another monitor", async () => {
    assertPrints(await place.tsdocker("start", "orphan"), "orphan\n");
    const { pid, keeper } = await pidsOf(place, id);
    assert.equal(pid, before.pid, "the program goes on");
    return keeper === before.keeper ? undefined : keeper;
  });
  await Deno.stat(`/proc/${after}`);
  await place.tsdocker("kill", "-s", "USR1", "orphan");
  const code = await awaitEnd(place, "orphan");
  assert.equal(code, KERNEL_TELLS ? 9 : code);
  await awaitLog(place, "orphan", "before\nend\n");
  await remove(place, "orphan");
});

placeTest(
  "restarts end with their count, a stop, or --rm -f",
  async (place) => {
    const script = "echo go; exit 4";
    await detach(
      place,
      ...["--restart", "on-failure:2", "--name", "thrice", ...shell(script)],
    );
    await detach(
      place,
      ...["--restart", "always", "--name", "ever", ...shell(script)],
    );
    await eventually("a pause", async () => {
      const status = await inspect(place, "ever", "{{.State.Status}}");
      return status === "restarting" || undefined;
    });
    assertPrints(await place.tsdocker("stop", "ever"), "ever\n");
    await awaitLog(place, "thrice", "go\ngo\ngo\n");
    assert.equal(await awaitEnd(place, "thrice"), 4);
    const format = "{{.State.Status}} {{.State.ExitCode}} {{.RestartCount}}";
    assert.equal(await inspect(place, "thrice", format), "exited 4 2");
    assert.match(await inspect(place, "ever", format), /^exited 4 \d+$/);
    for (const name of ["thrice", "ever"]) await remove(place, name);
  },
);

placeTest(
  "run --restart stays in the foreground until it is over",
  async (place) => {
    const { code, stdout } = await place.run(
      ...["--restart", "on-failure:1", "--name", "fg"],
      ...shell("echo again; exit 6"),
    );
    assert.deepEqual({ code, stdout }, { code: 6, stdout: "again\nagain\n" });
    await remove(place, "fg");
  },
);
