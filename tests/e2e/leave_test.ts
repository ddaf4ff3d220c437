/**
 * Leaving by keys what runs in a terminal in the foreground: it goes on, with
 * somebody else at its terminal. And what becomes of it if its client is killed.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { isKernelAtLeast, parseKernel } from "../../lib/base/kernel_version.ts";
import {
  assertPrints,
  eventually,
  forEachLauncher,
  IMAGE,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";
import { withContainer } from "../support/with_container.ts";

/** Whether a monitor can learn how a program ended that is not its child. */
const KERNEL_TELLS = isKernelAtLeast(parseKernel(Deno.osRelease()), "6.15");

/** What is typed to leave. */
const KEYS = "\x10\x11";
/** What a shell in the container shows when it waits. */
const PROMPT = "/ # ";

/** What a command prints that must succeed. */
async function printed(place: Place, ...words: string[]): Promise<string> {
  const { code, stdout, stderr } = await place.tsdocker(...words);
  assert.deepEqual([code, stderr], [0, ""], words.join(" "));
  return stdout;
}

/** What `inspect` tells of its state. */
async function state(place: Place, format: string): Promise<string> {
  const words = ["inspect", "-f", `{{with .State}}${format}{{end}}`, "it"];
  return await printed(place, ...words);
}

forEachLauncher(
  "run -it is left by ctrl-p ctrl-q, and can be come back to",
  async (place) => {
    {
      const words = ["run", "-it", "--name", "it", IMAGE, "sh"];
      using terminal = Terminal.tsdocker(place, words);
      terminal.expect(PROMPT);
      terminal.type("x=5; echo first$x; sleep 0.02\r");
      terminal.expect("first5\r\n");
      terminal.expect(PROMPT);
      const shown = terminal.screen;
      terminal.type(KEYS);
      assert.equal(terminal.status(), 0);
      assert.equal(terminal.screen.slice(shown.length), "");
      assert.deepEqual(terminal.modes, terminal.initialModes);
    }
    assert.match(await printed(place, "ps"), / Up .* it\n$/);
    assert.match(await printed(place, "logs", "it"), /first5\r\n/);
    using terminal = Terminal.tsdocker(place, ["attach", "it"], {
      size: { height: 33, width: 44 },
    });
    terminal.type("stty size; echo still$x; exit 7\r");
    terminal.expect("33 44\r\nstill5\r\n");
    const status = terminal.status();
    assert.equal(status, KERNEL_TELLS ? 7 : status);
    assert.match(
      await printed(place, "logs", "it"),
      /first5\r\n[^]*33 44\r\nstill5\r\n$/,
    );
    assert.equal(
      await state(place, "{{.Status}} {{.ExitCode}} {{.Pid}}"),
      `exited ${status} 0\n`,
    );
    assertPrints(await place.tsdocker("rm", "it"), "it\n");
  },
);

placeTest(
  "nothing that a container writes while it is left gets lost or doubled",
  async (place) => {
    const script = "seq 1 100000; read line; exit $line";
    const words = ["run", "-it", "--name", "it", ...shell(script)];
    {
      using terminal = Terminal.tsdocker(place, words);
      terminal.expect("\r\n1000\r\n");
      terminal.type(KEYS);
      assert.equal(terminal.status(), 0);
      // What has been shown is a beginning of all.
      assert.ok(allLines().startsWith(terminal.screen));
    }
    await eventually("the last line", async () => {
      const last = await printed(place, "logs", "-n", "1", "it");
      return last === "100000\r\n" || undefined;
    });
    using terminal = Terminal.tsdocker(place, ["attach", "it"]);
    terminal.type("4\r");
    const status = terminal.status();
    assert.equal(status, KERNEL_TELLS ? 4 : status);
    assert.equal(await printed(place, "logs", "it"), `${allLines()}4\r\n`);
    assertPrints(await place.tsdocker("rm", "it"), "it\n");
  },
);

function allLines(): string {
  return Array.from({ length: 100_000 }, (_, at) => `${at + 1}\r\n`).join("");
}

placeTest(
  "--detach-keys leaves run, whose --rm is its monitor's then",
  async (place) => {
    const keys = ["--detach-keys", "ctrl-a,d"];
    const words = ["run", "--rm", "-it", "--name", "it", ...keys];
    {
      const cat = shell("echo ready; exec cat");
      using terminal = Terminal.tsdocker(place, [...words, ...cat]);
      terminal.expect("ready\r\n");
      // Half of the keys is input, once the other half does not come.
      terminal.type("\x01e\r");
      terminal.expect("^Ae\r\n\x01e\r\n");
      terminal.type("\x01d");
      assert.equal(terminal.status(), 0);
    }
    assertPrints(await place.tsdocker("kill", "it"), "it\n");
    assert.equal(await printed(place, "ps", "-a", "-q"), "");
    const wrong = await place.run("--detach-keys", "no", IMAGE, "true");
    assert.equal(wrong.code, 125);
    assert.match(wrong.stderr, /^tsdocker: invalid detach keys \(no\)/);
  },
);

placeTest(
  "run -it whose client is killed goes on until its terminal's end is its own",
  async (place) => {
    const ready = 'trap "" HUP; echo ready; exec sleep 1000';
    const words = ["run", "-it", "--name", "it", ...shell(ready)];
    {
      using terminal = Terminal.tsdocker(place, words);
      terminal.expect("ready\r\n");
      terminal.kill(SIGNALS.SIGKILL);
      assert.equal(terminal.status(), 137);
    }
    assert.match(await printed(place, "ps"), / Up .* it\n$/);
    assertPrints(await place.tsdocker("stop", "-t", "0", "it"), "it\n");
    assert.match(await printed(place, "ps", "-a"), / Exited \(\d+\) .* it\n$/);
    assertPrints(await place.tsdocker("rm", "it"), "it\n");
    {
      const plain = ["run", "--rm", "-it", IMAGE, "sh"];
      using terminal = Terminal.tsdocker(place, plain);
      terminal.expect(PROMPT);
      terminal.kill(SIGNALS.SIGKILL);
      assert.equal(terminal.status(), 137);
    }
    // To a shell the end of its input is the end of its work.
    await eventually("its removal", async () => {
      const ids = await printed(place, "ps", "-a", "-q");
      return ids === "" || undefined;
    });
  },
);

placeTest(
  "exec -it is left by ctrl-p ctrl-q: its program goes on, and never waits for a reader",
  async (place) => {
    await withContainer(place, async () => {
      const script = "echo hi; read x; seq 1 100000; touch /done; read x; ";
      for (const flags of [[], ["--detach-keys", "ctrl-p,ctrl-q"]]) {
        const words = ["exec", "-it", ...flags, "web", "sh", "-c", script];
        using terminal = Terminal.tsdocker(place, words);
        terminal.expect("hi\r\n");
        terminal.type("\r");
        terminal.expect("\r\n100\r\n");
        terminal.type(KEYS);
        terminal.expect("read escape sequence\r\n");
        assert.equal(terminal.status(), 0);
        assert.deepEqual(terminal.modes, terminal.initialModes);
        await eventually("the end of its output", async () => {
          const wait = ["exec", "web", "rm", "/done"];
          return (await place.tsdocker(...wait)).code === 0 || undefined;
        });
      }
      const found = await printed(place, "top", "web");
      assert.equal(found.split("sh -c echo hi").length, 3, found);
    });
    const end = ["--since", "0", "--until", "0s", "--format", "{{.Action}}"];
    const events = await eventually("its end", async () => {
      const all = (await printed(place, "events", ...end)).split("\n");
      const ends = all.filter((name) => name === "exec_die");
      return ends.length >= 2 ? all : undefined;
    });
    const left = events.filter((name) => name === "exec_detach");
    assert.equal(left.length, 2);
  },
);

placeTest("exec -it ends with a client that is killed", async (place) => {
  await withContainer(place, async () => {
    const script = "echo hi; exec sleep 999";
    const words = ["exec", "-it", "web", "sh", "-c", script];
    using terminal = Terminal.tsdocker(place, words);
    terminal.expect("hi\r\n");
    terminal.kill(SIGNALS.SIGKILL);
    assert.equal(terminal.status(), 137);
    await eventually("its end", async () => {
      const found = await printed(place, "top", "web");
      return !found.includes("sleep 999") || undefined;
    });
  });
});
