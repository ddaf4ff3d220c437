/**
 * What a caller of `run -d` is left with, and what it has left behind: its streams,
 * descriptors, variables and words; its terminal; and signals meanwhile.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import {
  assertPrints,
  eventually,
  IMAGE,
  namesIn,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";

const SLEEP = [IMAGE, "sleep", "1000"];
/** Looks as if it made `run` detached, but is the value of a flag. */
const MISLEADING = ["run", "--rm", "-l", "-d"];

/** What a shell does with the command that follows. */
function through(script: string): string[] {
  return ["/bin/sh", "-c", script, "sh"];
}

/** Asserts that a container runs, and removes it. */
async function removeRunning(place: Place, name: string): Promise<void> {
  const state = await place.tsdocker(
    "inspect",
    "-f",
    "{{.State.Status}}",
    name,
  );
  assertPrints(state, "running\n");
  assertPrints(await place.tsdocker("rm", "-f", name), `${name}\n`);
}

placeTest("run -d keeps no descriptor of its caller's", async (place) => {
  const wrapper = through('exec 7>&1 >/dev/null; "$@" 9</dev/null');
  const words = ["run", "-d", "--name", "d", ...SLEEP];
  // That nothing comes is told by the end, which has to come.
  assertPrints(await place.tsdockerWith({ wrapper }, words), "");
  await removeRunning(place, "d");
});

placeTest(
  "run -d keeps no word and no variable of its caller's",
  async (place) => {
    const env = { S3CRET: "s3cret", TSDOCKER_NETWORK: "none" };
    const words = ["run", "-d", "--name", "d", "-e", "S3CRET=s3cret", ...SLEEP];
    const { code, stdout } = await place.tsdockerWith({ env }, words);
    assert.equal(code, 0);
    const path = `${place.runRoot}/containers/${stdout.trim()}/running.json`;
    const { keeper: { pid } } = JSON.parse(await Deno.readTextFile(path));
    const known = await eventually("another command line", async () => {
      const line = await Deno.readTextFile(`/proc/${pid}/cmdline`);
      const variables = await Deno.readTextFile(`/proc/${pid}/environ`);
      if (!line.split("\0").includes("monitor")) return undefined;
      return `${line}${variables}`;
    });
    assert.ok(!known.includes("s3cret"));
    await removeRunning(place, "d");
  },
);

placeTest("run -d does without standard streams", async (place) => {
  for (const closed of ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"]) {
    const wrapper = through(`"$@" ${closed}; echo $? >&9`);
    const outer = through('exec 9>&1; "$@"');
    const outcome = await place.tsdockerWith(
      { wrapper: [...outer, ...wrapper] },
      ["run", "-d", "--name", "d", ...SLEEP],
    );
    assert.equal(outcome.code, 0, closed);
    assert.match(outcome.stdout, /^(?:[0-9a-f]{64}\n)?0\n$/, closed);
    await removeRunning(place, "d");
  }
});

placeTest("run -d tells who reads no more that it could not", async (place) => {
  const wrapper = through('{ "$@"; echo $? >&2; } | true');
  const outcome = await place.tsdockerWith(
    { wrapper },
    ["run", "-d", "--name", "d", ...SLEEP],
  );
  // By the id, or before, if it was quick.
  assert.match(outcome.stderr, /^141\n$/);
  await removeRunning(place, "d");
});

placeTest("run -d from a terminal that is closed then", async (place) => {
  const words = ["run", "-d", "--name", "d", ...SLEEP];
  {
    using terminal = Terminal.tsdocker(place, words);
    terminal.expect(/[0-9a-f]{64}\r\n/);
    assert.equal(terminal.status(), 0);
  }
  await removeRunning(place, "d");
});

placeTest("a run that only looks detached has the terminal", (place) => {
  using terminal = Terminal.tsdocker(place, [
    ...[...MISLEADING, "-it"],
    ...shell("trap 'echo i$((1+1))t' INT; while :; do read x && eval $x; done"),
  ]);
  terminal.type("stty size; echo s$((1+1))\r");
  terminal.expect("24 80\r\ns2");
  terminal.type("\x03");
  terminal.expect("i2t");
  terminal.resize({ height: 30, width: 90 });
  terminal.type("stty size; exit 7\r");
  terminal.expect("30 90");
  assert.equal(terminal.status(), 7);
  assert.deepEqual(terminal.modes, terminal.initialModes);
});

placeTest("a run that only looks detached gets signals once", async (place) => {
  const script = "trap 'echo int' INT; trap 'echo end; exit 3' USR1; " +
    "echo ready; while :; do sleep 0.02; done";
  using terminal = Terminal.tsdocker(place, [...MISLEADING, ...shell(script)]);
  terminal.expect("ready");
  terminal.type("\x03");
  terminal.expect("int");
  terminal.kill(SIGNALS.SIGUSR1);
  terminal.expect("end");
  assert.equal(terminal.status(), 3);
  assert.equal(terminal.screen.match(/int/g)?.length, 1, terminal.screen);
  const words = [...MISLEADING, "-i", ...shell("exec cat")];
  const outcome = await place.tsdockerWith({ stdin: "in" }, words);
  assertPrints(outcome, "in");
});

placeTest(
  "a run that only looks detached dies with its client",
  async (place) => {
    const running = place.start([...MISLEADING, "--name", "d", ...SLEEP]);
    await eventually("the container", async () => {
      const { stdout } = await place.tsdocker("ps", "-q");
      return stdout === "" ? undefined : stdout;
    });
    assert.equal(await running.killAnyway(), 137);
    await eventually("its end", async () => {
      const { stdout } = await place.tsdocker("ps", "-qa");
      return stdout === "" || undefined;
    });
  },
);

placeTest(
  "run -d that is ended meanwhile leaves nothing but what runs",
  async (place) => {
    for (let ms = 5; ms < 90; ms += 12) {
      const wrapper = ["timeout", `${ms / 1000}`];
      const { code, stdout, stderr } = await place.tsdockerWith(
        { wrapper },
        ["run", "-d", "--rm", "--name", "d", ...SLEEP],
      );
      assert.equal(stderr, "");
      assert.match(stdout, code === 0 ? /^\w{64}\n$/ : /^(?:\w{64}\n)?$/);
      assert.ok([0, 124].includes(code), `${code} after ${ms} ms`);
      await place.tsdocker("ps");
      await place.tsdocker("rm", "-f", "d");
      await place.assertNothingRemains();
    }
  },
);

placeTest("run -d that fails leaves no file of the user's", async (place) => {
  const { code } = await place.run(
    ...["-d", "--cidfile", "cid", "--pidfile", "pid", IMAGE, "/nosuch"],
  );
  assert.equal(code, 127);
  assert.deepEqual(await namesIn(place.work), []);
});
