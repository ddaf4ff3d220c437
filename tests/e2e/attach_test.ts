/**
 * Sessions with containers that a monitor keeps, and what a monitor has of those
 * who start it.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  assertPrints,
  eventually,
  IMAGE,
  namesIn,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";

/** Starts a container, and gives its id. */
async function start(place: Place, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.run("-d", ...words);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  return stdout.trim();
}

/** The pid of the monitor of a running container. */
async function monitorOf(place: Place, id: string): Promise<number> {
  const path = `${place.runRoot}/containers/${id}/running.json`;
  return JSON.parse(await Deno.readTextFile(path)).keeper.pid;
}

placeTest(
  "the keys that leave a terminal are data in a pipe",
  async (place) => {
    await place.tsdocker("create", "-i", "--name", "cat", IMAGE, "cat");
    const text = "before\u0010\u0011after\n";
    const outcome = await place.tsdockerWith(
      { stdin: text },
      ["start", "-a", "-i", "cat"],
    );
    assertPrints(outcome, text);
    assertPrints(await place.tsdocker("rm", "cat"), "cat\n");
  },
);

placeTest(
  "who starts a container and cannot attach leaves nothing",
  async (place) => {
    const keys = ["--detach-keys", "wrong"];
    const words = ["run", "--restart", "always", ...keys, IMAGE, "true"];
    const { code, stderr } = await place.tsdocker(...words);
    assert.equal(code, 125);
    assert.match(stderr, /^tsdocker: invalid detach keys \(wrong\)/);
    await eventually("its removal", async () => {
      const ids = await place.containers();
      const states = await namesIn(`${place.runRoot}/containers`);
      return ids.length + states.length === 0 || undefined;
    });
  },
);

placeTest("a monitor keeps nothing that its caller has open", async (place) => {
  const lock = `${place.work}/lock`;
  // As scripts do that are to run once at a time.
  const wrapper = ["sh", "-c", 'exec 9>"$0"; exec "$@"', lock];
  const { code } = await place.tsdockerWith(
    { wrapper },
    ["run", "-d", "--name", "long", IMAGE, "sleep", "1000"],
  );
  assert.equal(code, 0);
  const [id = ""] = await place.containers();
  const fds = `/proc/${await monitorOf(place, id)}/fd`;
  const open = await Promise.all(
    (await namesIn(fds)).map((name) => Deno.readLink(`${fds}/${name}`)),
  );
  assert.ok(!open.includes(lock), open.join(" "));
  assertPrints(await place.tsdocker("rm", "-f", "long"), "long\n");
});

placeTest(
  "a container whose monitor was killed is taken over without what it has closed",
  async (place) => {
    const script = "exec >&-; while ! test -e /go; do sleep 0.02; done; " +
      "echo late >&2; exec sleep 1000";
    const id = await start(place, "--name", "half", ...shell(script));
    const { pid } = JSON.parse(
      await Deno.readTextFile(`${place.runRoot}/containers/${id}/running.json`),
    );
    await eventually("the end of its output", async () => {
      const names = await namesIn(`/proc/${pid}/fd`);
      return !names.includes("1") || undefined;
    });
    Deno.kill(await monitorOf(place, id), "SIGKILL");
    assertPrints(await place.tsdocker("start", "half"), "half\n");
    assertPrints(await place.tsdocker("exec", "half", "touch", "/go"), "");
    await eventually("what it writes then", async () => {
      const { stderr } = await place.tsdocker("logs", "half");
      return stderr === "late\n" || undefined;
    });
    const { stdout } = await place.tsdocker(
      ...["inspect", "-f", "{{.State.Pid}}", "half"],
    );
    assert.equal(stdout, `${pid}\n`);
    assertPrints(await place.tsdocker("rm", "-f", "half"), "half\n");
  },
);

placeTest(
  "what is started again has the limits it has been given, and hears signals",
  async (place) => {
    const script = "trap 'exit 3' TERM; test -e /again && echo up; " +
      "while ! test -e /go; do sleep 0.02; done; touch /again; rm /go; exit 1";
    const session = place.start([
      ...["run", "--name", "again", "--restart", "always", "-m", "64m"],
      ...shell(script),
    ]);
    await eventually("its start", async () => {
      const { code } = await place.tsdocker("exec", "again", "true");
      return code === 0 || undefined;
    });
    const update = ["update", "--pids-limit", "77", "again"];
    assertPrints(await place.tsdocker(...update), "again\n");
    assert.equal(
      (await place.tsdocker("exec", "again", "touch", "/go")).code,
      0,
    );
    assert.equal(await session.stdout.line(), "up");
    const [id = ""] = await place.containers();
    assert.equal(await pidsLimit(id), "77\n");
    session.kill("SIGTERM");
    assert.equal(await session.status(), 3);
    assertPrints(await place.tsdocker("rm", "again"), "again\n");
  },
);

placeTest(
  "Ctrl-C ends a run that would be started again; SIGHUP does not",
  async (place) => {
    const script = "trap 'exit 3' HUP INT; echo up; " +
      "while :; do sleep 0.02; done";
    const session = place.start(
      ["run", "--name", "again", "--restart", "always", ...shell(script)],
    );
    for (const signal of ["SIGHUP", "SIGINT"] as const) {
      assert.equal(await session.stdout.line(), "up");
      session.kill(signal);
    }
    assert.equal(await session.status(), 3);
    const format = "{{.State.Status}} {{.RestartCount}}";
    const { stdout } = await place.tsdocker("inspect", "-f", format, "again");
    assert.equal(stdout, "exited 1\n");
    assertPrints(await place.tsdocker("rm", "again"), "again\n");
  },
);

/** How many processes a container may have, by the kernel's account. */
async function pidsLimit(id: string): Promise<string> {
  for (const directory of ["/sys/fs/cgroup/pids", "/sys/fs/cgroup"]) {
    try {
      return await Deno.readTextFile(`${directory}/tsdocker/${id}/pids.max`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  throw new Error("It has no such cgroup");
}
