/**
 * What is done to a container from outside while it runs: stopping, killing,
 * waiting, pausing, renaming, restarting, limiting, and looking at it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  eventually,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";

/** What `ps` says, a line for each container, the newest first. */
async function list(place: Place): Promise<string[]> {
  const format = "{{.Names}}: {{.Status}}";
  const { stdout } = await place.tsdocker("ps", "-a", "--format", format);
  return stdout.split("\n").slice(0, -1);
}

/** Starts a container, and gives its id. */
async function start(place: Place, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.run("-d", ...words);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trim();
}

forEachLauncher(
  "stop ends what obeys at once, and kills the rest",
  async (place) => {
    await start(place, "--init", "--name", "obeys", IMAGE, "sleep", "1000");
    await start(place, "--name", "deaf", IMAGE, "sleep", "1000");
    const stopped = await place.tsdocker(
      "stop",
      "-t",
      "1",
      "obeys",
      "no",
      "deaf",
    );
    assert.deepEqual(stopped, {
      code: 1,
      stdout: "obeys\ndeaf\n",
      stderr: "tsdocker: No such container: no\n\ntry: tsdocker ps -a\n" +
        "tsdocker: container deaf: ignored SIGTERM, killed after 1 s; --init would have stopped it\n",
    });
    const [deaf = "", obeys = ""] = await list(place);
    assert.match(deaf, /^deaf: Exited \(137\) /);
    assert.match(obeys, /^obeys: Exited \(143\) /);
    assertPrints(await place.tsdocker("stop", "deaf"), "deaf\n");
    assertPrints(await place.tsdocker("wait", "deaf", "obeys"), "137\n143\n");
    assertPrints(await place.tsdocker("rm", "deaf", "obeys"), "deaf\nobeys\n");
  },
);

placeTest(
  "stop sends the container's own signal, after its own time",
  async (place) => {
    const script = "trap 'exit 3' USR1; trap : TERM; echo up; " +
      "while :; do sleep 0.05; done";
    await start(
      place,
      ...["--name", "own", "--stop-signal", "USR1", "--stop-timeout", "30"],
      ...shell(script),
    );
    await eventually("the traps", async () => {
      const { stdout } = await place.tsdocker("logs", "own");
      return stdout === "up\n" || undefined;
    });
    assertPrints(await place.tsdocker("kill", "-s", "TERM", "own"), "own\n");
    assertPrints(await place.tsdocker("stop", "own"), "own\n");
    assertPrints(await place.tsdocker("wait", "own"), "3\n");
    assert.deepEqual(await place.tsdocker("kill", "-s", "NO", "own"), {
      code: 1,
      stdout: "",
      stderr:
        "tsdocker: invalid signal: NO\n\ntry: a name or a number, such as TERM, SIGHUP or 9\nSee 'tsdocker kill --help'.\n",
    });
    const { stderr } = await place.tsdocker("kill", "own");
    assert.match(
      stderr,
      /^tsdocker: cannot kill container: own: container [0-9a-f]{64} is not running\n$/,
    );
    assertPrints(await place.tsdocker("rm", "own"), "own\n");
  },
);

placeTest("stop ends restarts, too", async (place) => {
  await start(place, "--restart", "always", "--name", "again", IMAGE, "false");
  await eventually("a pause between two starts", async () => {
    const [line = ""] = await list(place);
    return line.includes("Restarting") || undefined;
  });
  assertPrints(await place.tsdocker("stop", "again"), "again\n");
  const [line = ""] = await list(place);
  assert.match(line, /^again: Exited \(1\) /);
  assertPrints(await place.tsdocker("rm", "again"), "again\n");
});

placeTest("kill and wait agree on the end, even of --rm", async (place) => {
  await start(place, "--rm", "--name", "a", IMAGE, "sleep", "1000");
  await start(
    place,
    "--restart",
    "always",
    "--name",
    "b",
    IMAGE,
    "sleep",
    "99",
  );
  const waiting = place.start(["wait", "b", "a"]);
  await eventually("the wait", async () => {
    // It holds a descriptor of each process it waits for.
    const links = await Promise.all(
      (await namesIn(`/proc/${waiting.pid}/fd`)).map((name) =>
        Deno.readLink(`/proc/${waiting.pid}/fd/${name}`).catch(() => "")
      ),
    );
    const count = links.filter((link) => link === "anon_inode:[pidfd]").length;
    return count >= 2 || undefined;
  });
  assertPrints(await place.tsdocker("kill", "a", "b"), "a\nb\n");
  assert.equal(await waiting.stdout.rest(), "137\n137\n");
  assert.equal(await waiting.status(), 0);
  const [line = "", ...others] = await list(place);
  assert.match(line, /^b: Exited \(137\) /);
  assert.deepEqual(others, []);
  assertPrints(await place.tsdocker("rm", "b"), "b\n");
});

placeTest(
  "a paused container stands still, and can be stopped",
  async (place) => {
    const id = await start(place, "--name", "p", IMAGE, "sleep", "1000");
    assertPrints(await place.tsdocker("pause", "p"), "p\n");
    const [line = ""] = await list(place);
    assert.match(line, /^p: Up .* \(Paused\)$/);
    assert.deepEqual(await place.tsdocker("pause", "p"), {
      code: 1,
      stdout: "",
      stderr: `tsdocker: Container ${id} is already paused\n`,
    });
    assertPrints(await place.tsdocker("unpause", "p"), "p\n");
    assert.deepEqual(await place.tsdocker("unpause", "p"), {
      code: 1,
      stdout: "",
      stderr: `tsdocker: Container ${id} is not paused\n`,
    });
    assertPrints(await place.tsdocker("pause", "p"), "p\n");
    assertPrints(await place.tsdocker("stop", "-t", "0", "p"), "p\n");
    assert.deepEqual(await place.tsdocker("pause", "p"), {
      code: 1,
      stdout: "",
      stderr:
        `tsdocker: Container ${id} is not running\n\ntry: tsdocker start p\n`,
    });
    assertPrints(await place.tsdocker("rm", "p"), "p\n");
  },
);

placeTest(
  "a running container gets another name, limits and life",
  async (place) => {
    const old = await start(
      place,
      "--init",
      "--name",
      "old",
      IMAGE,
      "sleep",
      "99",
    );
    assertPrints(await place.tsdocker("rename", "old", "new"), "");
    const update = ["--pids-limit", "50", "--restart", "unless-stopped"];
    assertPrints(await place.tsdocker("update", ...update, "new"), "new\n");
    const paths = ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"].map((mount) =>
      Deno.readTextFile(`${mount}/tsdocker/${old}/pids.max`).catch(() => "")
    );
    assert.ok((await Promise.all(paths)).includes("50\n"));
    const before = await place.tsdocker("top", "new", "-o", "pid,cmd");
    assert.match(before.stdout, /^PID +CMD\n\d+ +.*init.*\n\d+ +sleep 99\n$/);
    assertPrints(await place.tsdocker("container", "restart", "new"), "new\n");
    const after = await place.tsdocker("top", "new", "-o", "pid,cmd");
    assert.notEqual(after.stdout, before.stdout);
    const format = "{{.Name}} {{.PIDs}} {{.NetIO}}";
    const stats = ["stats", "--no-stream", "--format", format];
    assertPrints(await place.tsdocker(...stats), "new 2 0B / 0B\n");
    assertPrints(await place.tsdocker("rm", "-f", "new"), "new\n");
  },
);
