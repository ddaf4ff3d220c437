/**
 * Signals to `run`, and what a killed `run` leaves behind.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openPidfd, waitForEnd } from "../../ffi/calls/process.ts";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import {
  assertPrints,
  DEADLINE_MS,
  eventually,
  forEachLauncher,
  IMAGE,
  namesIn,
  type Place,
  type Running,
  shell,
} from "../support/cli.ts";

const ALWAYS = "while :; do sleep 0.05; done";
const INSPECTOR_PORT = 9229;

/** Starts a container that says that it is ready and does not end. */
async function startReady(
  place: Place,
  words: readonly string[],
  script = "echo ready; exec sleep 1000",
): Promise<Running> {
  const running = place.start(["run", ...words, ...shell(script)]);
  assert.equal(await running.stdout.line(), "ready");
  return running;
}

/** Ports that a process listens on. */
async function listeningPorts(pid: number): Promise<number[]> {
  const LISTEN = "0A";
  const sockets = new Set<string>();
  for (const name of await namesIn(`/proc/${pid}/fd`)) {
    const target = await Deno.readLink(`/proc/${pid}/fd/${name}`)
      .catch(() => "");
    const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
    if (inode !== undefined) sockets.add(inode);
  }
  const table = await Deno.readTextFile(`/proc/${pid}/net/tcp`);
  return table.trim().split("\n").slice(1).flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(
      /\s+/,
    );
    return state === LISTEN && sockets.has(inode)
      ? [parseInt(local.split(":")[1] ?? "", 16)]
      : [];
  });
}

/** Process 1 of the only container. */
async function containerPid(place: Place): Promise<number> {
  return await eventually("the record of a running container", async () => {
    const [id] = await namesIn(`${place.runRoot}/containers`);
    if (id === undefined) return undefined;
    const path = `${place.runRoot}/containers/${id}/running.json`;
    const text = await Deno.readTextFile(path).catch(() => undefined);
    return text === undefined ? undefined : Number(JSON.parse(text).pid);
  });
}

const TRAPPED: Readonly<Record<string, number>> = {
  TERM: SIGNALS.SIGTERM,
  INT: SIGNALS.SIGINT,
  HUP: SIGNALS.SIGHUP,
  QUIT: SIGNALS.SIGQUIT,
  USR1: SIGNALS.SIGUSR1,
  USR2: SIGNALS.SIGUSR2,
  ALRM: SIGNALS.SIGALRM,
  37: SIGNALS.SIGRTMIN + 3,
};

for (const flags of [["--rm"], ["--rm", "--init"]]) {
  const what = flags.includes("--init") ? "run --init" : "run";

  forEachLauncher(`${what} passes each signal on`, async (place) => {
    const traps = Object.keys(TRAPPED).map((name) =>
      `trap 'echo got ${name}' ${name};`
    );
    const script = `${
      traps.join(" ")
    } trap 'exit 5' WINCH; echo ready; ${ALWAYS}`;
    const running = await startReady(place, flags, script);
    for (const [name, number] of Object.entries(TRAPPED)) {
      running.kill(number);
      assert.equal(await running.stdout.line(), `got ${name}`);
    }
    assert.deepEqual(await listeningPorts(running.pid), []);
    assert.ok(
      !(await listeningPorts(running.pid)).includes(INSPECTOR_PORT),
    );
    // The third request to end: two were heard and not granted.
    running.kill("SIGTERM");
    assert.equal(await running.status(), 137);
    assert.equal(await running.stderr.rest(), "");
  });
}

forEachLauncher(
  "run ends with SIGTERM's status if there is a handler",
  async (place) => {
    const script = `trap 'exit 21' TERM; echo ready; ${ALWAYS}`;
    const running = await startReady(place, ["--rm"], script);
    running.kill("SIGTERM");
    assert.equal(await running.status(), 21);
  },
);

forEachLauncher(
  "run ends by SIGTERM at any moment of its start",
  async (place) => {
    for (let delayMs = 0; delayMs <= 150; delayMs += 10) {
      const words = ["run", "--rm", "--init", IMAGE, "sleep", "1000"];
      const running = place.start(words);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      running.kill("SIGTERM");
      assert.equal(await running.status(), 143, `after ${delayMs} ms`);
      assert.deepEqual(await place.containers(), []);
    }
  },
);

forEachLauncher("run ignores SIGCHLD, SIGWINCH and SIGCONT", async (place) => {
  const script = `trap 'exit 3' TERM; echo ready; ${ALWAYS}`;
  const running = await startReady(place, ["--rm"], script);
  for (const name of ["SIGCHLD", "SIGWINCH", "SIGCONT"] as const) {
    running.kill(name);
  }
  running.kill("SIGTERM");
  assert.equal(await running.status(), 3);
});

forEachLauncher("run killed takes the container with it", async (place) => {
  const running = await startReady(place, ["--rm", "--name", "doomed"]);
  using pidfd = openPidfd(await containerPid(place));
  running.kill("SIGKILL");
  assert.equal(await running.status(), 137);
  assert.ok(waitForEnd(pidfd, DEADLINE_MS), "the container lives on");
  assert.equal((await place.containers()).length, 1);
  // With --rm the next command finishes what the killed one could not.
  assertPrints(
    await place.run("--rm", "--name", "doomed", IMAGE, "echo", "free"),
    "free\n",
  );
});

forEachLauncher(
  "run killed without --rm stays listed as killed",
  async (place) => {
    const running = await startReady(place, ["--name", "doomed"]);
    using pidfd = openPidfd(await containerPid(place));
    running.kill("SIGKILL");
    assert.equal(await running.status(), 137);
    assert.ok(waitForEnd(pidfd, DEADLINE_MS), "the container lives on");
    assertPrints(await place.run("--rm", IMAGE, "true"), "");
    const { stdout } = await place.tsdocker("ps", "-a");
    assert.match(stdout, / Exited \(137\) .* doomed\n$/);
    assertPrints(await place.tsdocker("rm", "doomed"), "doomed\n");
  },
);

forEachLauncher(
  "run killed at any moment leaves nothing for long",
  async (place) => {
    // From before the first directory to after the program has started.
    for (let delayMs = 10; delayMs <= 160; delayMs += 10) {
      const running = place.start(["run", "--rm", IMAGE, "sleep", "1000"]);
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      running.kill("SIGKILL");
      assert.equal(await running.status(), 137);
    }
    assertPrints(await place.run("--rm", IMAGE, "true"), "");
  },
);
