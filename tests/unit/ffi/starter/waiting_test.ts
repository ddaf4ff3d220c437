/** @module */
import assert from "node:assert/strict";
import { eventually } from "../../../support/cli.ts";
import { Terminal } from "../../../support/terminal.ts";
import {
  StarterFile,
  starterRunners,
  Waiting,
} from "../../../support/starter.ts";

/** The letter that tells what a process does. */
function stateOf(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/.*\) /s, "")[0] ??
    "";
}

for (const runner of starterRunners()) {
  const test = (
    claim: string,
    body: (file: StarterFile) => Promise<void> | void,
  ): void =>
    Deno.test(`starter (${runner.arch}) ${claim}`, async () => {
      using file = new StarterFile(runner);
      await body(file);
    });

  test("exits with a byte, and the program goes on", async (file) => {
    await using waiting = new Waiting(
      file.waitFor(
        "echo $$; printf '\\5' >/dev/fd/$n; exec sleep 1000 >&- 2>&-",
      ),
    );
    const pid = Number(await waiting.stdout.line());
    assert.equal(await waiting.end(), 5);
    Deno.kill(pid, "SIGKILL");
  });

  test("exits with a byte even if the program ends at once", async (file) => {
    for (let round = 0; round < 10; round++) {
      await using waiting = new Waiting(
        file.waitFor("printf '\\0' >/dev/fd/$n; exit 9"),
      );
      assert.equal(await waiting.end(), 0);
    }
  });

  test("ends as the program does without a byte", async (file) => {
    for (const status of [0, 1, 42, 255]) {
      await using waiting = new Waiting(file.waitFor(`exit ${status}`));
      assert.equal(await waiting.end(), status);
    }
    for (const signal of ["SIGTERM", "SIGKILL", "SIGUSR1"] as const) {
      const script = `kill -${signal.slice(3)} $$`;
      await using waiting = new Waiting(file.waitFor(script));
      assert.equal(await waiting.end(), signal);
    }
  });

  test("goes on waiting when the pipe has been closed", async (file) => {
    const script = "eval \"exec bash -c 'exec $n>&-; sleep 0.1; exit 6'\"";
    await using waiting = new Waiting(file.waitFor(script));
    assert.equal(await waiting.end(), 6);
  });

  test("ends with the program whoever else has the pipe", async (file) => {
    const script = "sleep 1000 >&- 2>&- & echo $!; exit 8";
    await using waiting = new Waiting(file.waitFor(script));
    const pid = Number(await waiting.stdout.line());
    assert.equal(await waiting.end(), 8);
    Deno.kill(pid, "SIGKILL");
  });

  test("passes signals on, and does not end before the program", async (file) => {
    for (const signal of ["HUP", "INT", "TERM", "USR1", "WINCH"] as const) {
      const script = `trap 'echo heard; exit 4' ${signal}; echo ready
        while :; do sleep 0.02; done`;
      await using waiting = new Waiting(file.waitFor(script));
      assert.equal(await waiting.stdout.line(), "ready");
      waiting.kill(`SIG${signal}`);
      assert.equal(await waiting.stdout.line(), "heard");
      assert.equal(await waiting.end(), 4);
    }
  });

  test("keeps signals that the program has left its group for", async (file) => {
    const script = `trap '' TERM WINCH; echo $$
      exec setsid sh -c 'echo ready; exec sleep 1000'`;
    await using waiting = new Waiting(file.waitFor(script));
    const pid = Number(await waiting.stdout.line());
    assert.equal(await waiting.stdout.line(), "ready");
    waiting.kill("SIGWINCH");
    waiting.kill("SIGTERM");
    assert.equal(await waiting.end(), "SIGTERM");
    Deno.kill(pid, "SIGKILL");
  });

  test("lets the program have the mask and the descriptors it has", async (file) => {
    const look = "grep ^SigBlk /proc/self/status; ls /proc/$$/fd";
    await using waiting = new Waiting(file.waitFor(`${look}; echo $n`));
    await using plain = new Waiting([`${file.directory}/tsdocker`]);
    const found = (await waiting.stdout.rest()).trimEnd().split("\n");
    const number = found.pop();
    assert.deepEqual(
      found.filter((line) => line !== number),
      (await plain.stdout.rest()).trimEnd().split("\n"),
    );
    assert.ok(found.includes(number ?? ""));
  });

  test("takes no closed stream for its pipe", async (file) => {
    const program = "echo $3 >&3; ! [ -e /proc/$$/fd/1 ]";
    const script = 'exec 0<&- 1>&- 3>&2 2>&-; exec "$@"';
    await using waiting = new Waiting(
      ["/bin/sh", "-c", script, "sh", ...file.waitFor(program)],
    );
    assert.match(await waiting.stderr.rest(), /^00000[1-9]\d\n$/);
    assert.equal(await waiting.end(), 0);
  });

  test("reaps the program where SIGCHLD was ignored", async (file) => {
    const script = `trap '' CHLD; exec "$@"`;
    await using waiting = new Waiting(
      ["/bin/sh", "-c", script, "sh", ...file.waitFor("exit 3")],
    );
    assert.equal(await waiting.end(), 3);
  });

  test("says that it cannot start", async (file) => {
    const command = file.waitFor("echo never");
    await using waiting = new Waiting(
      ["/bin/sh", "-c", 'ulimit -n 8; exec "$@"', "sh", ...command],
    );
    assert.match(
      await waiting.stderr.rest(),
      /^tsdocker: Cannot start: .* no more processes or descriptors .*\n$/,
    );
    assert.equal(await waiting.end(), 125);
  });

  test("leaves what a terminal sends to the program", (file) => {
    const script = `trap 'echo int; exit 3' INT; echo ready
      while :; do sleep 0.02; done`;
    using terminal = new Terminal({
      command: file.waitFor(script),
      env: { PATH: "/usr/bin:/bin" },
      cwd: "/",
    });
    terminal.expect("ready");
    terminal.type("\x03");
    assert.equal(terminal.status(), 3);
    assert.equal(terminal.screen.match(/int/g)?.length, 1, terminal.screen);
  });

  test("is stopped and goes on with the program", (file) => {
    const command = file.waitFor("echo ready; exec cat");
    // A session's first process would not be stopped: it has no shell.
    const script = `set -m
      "$@"
      echo stopped; fg >/dev/null; echo over $?`;
    using terminal = new Terminal({
      command: ["/bin/sh", "-c", script, "sh", ...command],
      env: { PATH: "/usr/bin:/bin" },
      cwd: "/",
    });
    terminal.expect("ready");
    terminal.type("\x1a");
    terminal.expect("stopped");
    terminal.type("again\r");
    terminal.expect("again\r\nagain");
    terminal.type("\x04");
    terminal.expect("over 0");
    assert.equal(terminal.status(), 0);
  });

  test("hears of a hangup for the program", async (file) => {
    const path = await Deno.makeTempFile();
    const script = `trap 'echo hup >${path}; exit' HUP; echo ready
      while :; do sleep 0.02; done`;
    using terminal = new Terminal({
      command: file.waitFor(script),
      env: { PATH: "/usr/bin:/bin" },
      cwd: "/",
    });
    terminal.expect("ready");
    terminal.hangUp();
    await eventually(
      "the program to hear of it",
      async () => await Deno.readTextFile(path) === "hup\n" || undefined,
    );
    await Deno.remove(path);
  });

  test("waits for a program that was stopped", async (file) => {
    await using waiting = new Waiting(file.waitFor("kill -STOP $$; exit 2"));
    const path = `/proc/${waiting.pid}/task/${waiting.pid}/children`;
    const child = await eventually("a stopped child", () => {
      const pid = Number(Deno.readTextFileSync(path).trim());
      return pid > 0 && stateOf(pid) === "T" ? pid : undefined;
    });
    Deno.kill(child, "SIGCONT");
    assert.equal(await waiting.end(), 2);
  });
}
