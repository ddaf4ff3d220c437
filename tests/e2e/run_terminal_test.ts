/**
 * `run -t`: a terminal of the container's own, and what happens to the caller's.
 *
 * @module
 */
import assert from "node:assert/strict";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { TERMBITS } from "../../ffi/constants/termbits.ts";
import {
  forEachLauncher,
  IMAGE,
  type Place,
  placeTest,
  shell,
} from "../support/cli.ts";
import { Terminal } from "../support/terminal.ts";

const ALWAYS = "while :; do sleep 0.05; done";

function run(place: Place, ...words: string[]): Terminal {
  return Terminal.tsdocker(place, ["run", "--rm", ...words]);
}

/** Modes that a person may have set, unlike those of a new terminal. */
function unusual(terminal: Terminal): Terminal["modes"] {
  const { modes } = terminal;
  return {
    ...modes,
    iflag: modes.iflag & ~TERMBITS.IXON,
    lflag: modes.lflag & ~TERMBITS.IEXTEN,
  };
}

for (
  const spelling of ["-it", "-ti", "-i -t", "--interactive --tty", "-t -i=true"]
) {
  forEachLauncher(`run ${spelling} is a terminal`, (place) => {
    using terminal = run(place, ...spelling.split(" "), IMAGE, "sh");
    terminal.expect("# ");
    terminal.type(
      "tty; readlink /proc/self/fd/0; " +
        "test -t 0 && test -t 1 && test -t 2 && echo all three\r",
    );
    terminal.expect("\r\n/dev/pts/0\r\n/dev/pts/0\r\nall three\r\n");
    terminal.type("exit 3\r");
    assert.equal(terminal.status(), 3);
    assert.deepEqual(terminal.modes, terminal.initialModes);
  });
}

forEachLauncher("run -t is a terminal without our input", (place) => {
  const script = `trap 'exit 6' INT; test -t 0; echo $?$TERM; ${ALWAYS}`;
  using terminal = run(place, "-t", ...shell(script));
  terminal.expect("0xterm\r");
  assert.deepEqual(terminal.modes, terminal.initialModes);
  // What our own terminal makes a signal of reaches the container as one.
  terminal.type("\x03");
  assert.equal(terminal.status(), 6);
});

forEachLauncher("run -it starts with the size and follows it", (place) => {
  const script = `trap 'stty size' WINCH; stty size; ${ALWAYS}`;
  const words = ["run", "--rm", "-it", "--init", ...shell(script)];
  const size = { height: 41, width: 123 };
  using terminal = Terminal.tsdocker(place, words, { size });
  terminal.expect("41 123\r\n");
  terminal.resize({ height: 10, width: 20 });
  terminal.expect("10 20\r\n");
  terminal.resize({ height: 200, width: 300 });
  terminal.expect("200 300\r\n");
  terminal.kill(SIGNALS.SIGTERM);
  assert.equal(terminal.status(), 143);
});

forEachLauncher(
  "run -it gives Ctrl-C, Ctrl-\\ and Ctrl-Z to the program",
  (place) => {
    const script =
      `for s in INT QUIT TSTP; do trap "echo caught $s" $s; done; trap 'exit 6' TERM; echo ready; ${ALWAYS}`;
    using terminal = run(place, "-it", ...shell(script));
    terminal.expect("ready\r\n");
    for (
      const [key, name] of [["\x03", "INT"], ["\x1c", "QUIT"], ["\x1a", "TSTP"]]
    ) {
      terminal.type(`${key}`);
      terminal.expect(`caught ${name}\r\n`);
    }
    terminal.kill(SIGNALS.SIGTERM);
    assert.equal(terminal.status(), 6);
  },
);

forEachLauncher("run -it is raw outside: lines end once", (place) => {
  using terminal = run(
    place,
    "-it",
    ...shell("echo a; printf 'b\\r\\nc'; read x"),
  );
  assert.equal(terminal.expect("c"), "a\r\nb\r\r\nc");
  const { OPOST, ECHO, ICANON, ISIG } = TERMBITS;
  assert.equal(terminal.modes.oflag & OPOST, 0);
  assert.equal(terminal.modes.lflag & (ECHO | ICANON | ISIG), 0);
  terminal.type("\r");
  assert.equal(terminal.status(), 0);
});

forEachLauncher("run -it ends its input by Ctrl-D", (place) => {
  using terminal = run(place, "-it", ...shell("echo ready; cat; echo end"));
  terminal.expect("ready\r\n");
  terminal.type("abc\r\x04");
  terminal.expect("abc\r\nabc\r\nend\r\n");
  assert.equal(terminal.status(), 0);
});

forEachLauncher("run -it restores the terminal after SIGTERM", (place) => {
  using terminal = new TerminalAtRest(place, [
    "-it",
    "--init",
    ...shell("echo ready; exec sleep 1000"),
  ]);
  terminal.session.expect("ready\r\n");
  assert.notDeepEqual(terminal.session.modes, terminal.modes);
  terminal.signal(SIGNALS.SIGTERM);
  terminal.session.expect("status 143\r\n");
  assert.deepEqual(terminal.session.modes, terminal.modes);
});

forEachLauncher("run -it restores the terminal after an error", (place) => {
  using terminal = new TerminalAtRest(place, ["-it", IMAGE, "nosuch"]);
  terminal.session.expect("status 127\r\n");
  assert.deepEqual(terminal.session.modes, terminal.modes);
});

forEachLauncher("run -it restores unusual modes exactly", (place) => {
  using terminal = new TerminalAtRest(place, [
    "-it",
    ...shell("stty raw; exit 4"),
  ]);
  terminal.session.expect("status 4\r\n");
  assert.deepEqual(terminal.session.modes, terminal.modes);
});

forEachLauncher("run -it ends when its terminal is gone", async (place) => {
  const terminal = run(
    place,
    "-it",
    "--init",
    ...shell("echo ready; exec sleep 1000"),
  );
  terminal.expect("ready\r\n");
  assert.equal(terminal.hangUp(), 129);
  await place.tsdocker("ps", "-a");
});

forEachLauncher("run -it sh ends when its terminal is closed", (place) => {
  using terminal = run(place, "-it", IMAGE, "sh");
  terminal.expect("# ");
  // To a shell the end of its input is the end of its work.
  assert.equal(terminal.hangUp(), 0);
});

placeTest("run -it kills what goes on without its terminal", (place) => {
  using terminal = run(place, "-it", ...shell("echo ready; exec sleep 1000"));
  terminal.expect("ready\r\n");
  assert.equal(terminal.hangUp(), 137);
});

forEachLauncher("run -t passes much output on complete", (place) => {
  using terminal = run(place, "-it", ...shell("seq 1 100000; echo end"));
  terminal.expect("\r\nend\r\n");
  assert.equal(terminal.status(), 0);
  const all = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\r\n`);
  assert.equal(terminal.screen, `${all.join("")}end\r\n`);
});

placeTest("tsdocker does not touch the terminal by itself", (place) => {
  using terminal = Terminal.tsdocker(place, ["--version"]);
  assert.equal(terminal.status(), 0);
  assert.match(terminal.screen, /^tsdocker version [\w ,.-]*\r\n$/);
});

placeTest("run -it refuses an input that is no terminal", async (place) => {
  assert.deepEqual(await place.run("--rm", "-it", IMAGE, "sh"), {
    code: 1,
    stdout: "",
    stderr: "tsdocker: the input device is not a TTY\n",
  });
});

forEachLauncher(
  "run -ti busybox sh, ps, ps -a, rm, by a small engine's book",
  async (place) => {
    const images = IMAGE.slice(0, IMAGE.lastIndexOf("/"));
    const env = { ...place.env, TSDOCKER_IMAGE_PATH: images };
    using terminal = Terminal.tsdocker(
      place,
      ["run", "-ti", "-name", "bird", "busybox", "sh"],
      { env },
    );
    terminal.expect("usual spelling is --name\r\n");
    terminal.expect("# ");
    terminal.type("ps | grep -c 'P[I]D'; echo bye >/farewell\r");
    terminal.expect("\r\n1\r\n");
    const running = await place.tsdocker("ps");
    assert.match(
      running.stdout,
      /^CONTAINER ID {3}IMAGE {5}COMMAND {3}CREATED.* {3}NAMES\n[0-9a-f]{12} {3}busybox {3}"sh" .* Up .* bird\n$/,
    );
    terminal.expect("# ");
    terminal.type("exit\r");
    assert.equal(terminal.status(), 0);
    assert.equal((await place.tsdocker("ps")).stdout.split("\n").length, 2);
    const all = await place.tsdocker("ps", "-a");
    assert.match(
      all.stdout,
      /\n[0-9a-f]{12} {3}busybox {3}"sh" .* Exited \(0\) .* bird\n$/,
    );
    assert.deepEqual(await place.tsdocker("rm", "bird"), {
      code: 0,
      stdout: "bird\n",
      stderr: "",
    });
  },
);

/**
 * A shell that has changed its terminal's modes and runs tsdocker, and tells
 * how it ended: the terminal outlives it.
 */
class TerminalAtRest implements Disposable {
  readonly session: Terminal;
  /** What the modes are before and are to be after. */
  readonly modes: Terminal["modes"];

  constructor(place: Place, words: readonly string[]) {
    const script = 'read go; "$@"; echo "status $?"; read end';
    const { command } = Terminal.commandOf(place, ["run", "--rm", ...words]);
    this.session = new Terminal({
      command: ["/bin/sh", "-c", script, "sh", ...command],
      env: place.env,
      cwd: place.work,
    });
    this.session.setModes(unusual(this.session));
    this.modes = this.session.modes;
    this.session.type("\n");
  }

  /** Signals tsdocker, the shell's only child. */
  signal(number: number): void {
    const { pid } = this.session;
    const children = Deno.readTextFileSync(`/proc/${pid}/task/${pid}/children`);
    this.session.kill(number, Number(children));
  }

  [Symbol.dispose](): void {
    this.session[Symbol.dispose]();
  }
}
