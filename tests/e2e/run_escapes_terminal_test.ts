/**
 * Ways out by the caller's terminal: input pushed into it, and sequences that
 * it would obey in what tsdocker prints.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  forEachLauncher,
  IMAGE,
  type Place,
  TSDOCKER,
} from "../support/cli.ts";
import {
  ATTACKER,
  attackImage,
  attackOnHost,
  attackTest,
  hostileImage,
  plantLink,
} from "../support/escapes.ts";
import { Terminal } from "../support/terminal.ts";

/** A person's shell, in which tsdocker runs, and which then reads a line. */
function shellAround(place: Place, command: readonly string[]): Terminal {
  const script = '"$@"; status=$?; echo; read -t 0 && read -r line; ' +
    'echo "typed:${line}:$status:"';
  return new Terminal({
    command: ["/bin/bash", "-c", script, "bash", ...command],
    env: place.env,
    cwd: place.work,
  });
}

attackTest(
  "a program without a container does type for its caller",
  async (place) => {
    const program = await attackOnHost(place);
    using terminal = shellAround(place, [program, "push", "echo pushed\n"]);
    assert.match(terminal.expect(/typed:.*:\d+:/), /typed:echo pushed:0:/);
    assert.equal(terminal.status(), 0);
  },
);

for (
  const flags of [[], ["-i"], ["-t"], ["-i", "-t"], ["-i", "-t", "--init"]]
) {
  for (
    const more of [[], [
      ...["--security-opt", "seccomp=unconfined", "--cap-add", "SYS_ADMIN"],
      ...["--cap-add", "SYS_TTY_CONFIG"],
    ]]
  ) {
    const what = [...flags, ...more].join(" ");
    attackTest(`run ${what} types nothing for its caller`, async (place) => {
      const image = await attackImage(place);
      using terminal = shellAround(place, [
        ...[TSDOCKER, ...place.args(["run"])],
        ...["--rm", ...flags, ...more, image, ATTACKER],
        ...["push", "echo pushed\n"],
      ]);
      // Its own terminal it may type into; what comes back is not the caller's.
      const shown = terminal.expect(/typed:.*:\d+:/);
      assert.match(shown, /typed::0:/);
      assert.equal(terminal.status(), 0);
      assert.deepEqual(terminal.modes, terminal.initialModes);
    });
  }
}

attackTest(
  "run -t is the only terminal that its program finds",
  async (place) => {
    const image = await attackImage(place);
    const script = `for t in /dev/tty /dev/console /dev/pts/*; do
      stat -L -c '%n %t:%T' $t; done; ps -o pid,tty; echo end`;
    using terminal = Terminal.tsdocker(place, [
      ...["run", "--rm", "-t", image, "sh", "-c", script],
    ]);
    const shown = terminal.expect(/end\r+\n/).trim().split(/\r+\n/);
    assert.equal(terminal.status(), 0);
    assert.deepEqual(shown.slice(0, 4), [
      "/dev/tty 5:0",
      "/dev/console 88:0",
      "/dev/pts/0 88:0",
      "/dev/pts/ptmx 5:2",
    ]);
  },
);

/** Clears the screen, sets the title, answers, C1, right-to-left, NUL's end. */
const SEQUENCES = "\x1b[2J\x1b]0;owned\x07\x1b[6n\x9b31m\u202egpj.exe\r";

/** Control characters other than the end of a line, and what turns text. */
// deno-lint-ignore no-control-regex
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

forEachLauncher("run prints no sequence of its arguments", async (place) => {
  const words: readonly (readonly string[])[] = [
    [SEQUENCES, "true"],
    [IMAGE, SEQUENCES],
    [IMAGE, `/${SEQUENCES}`],
    ...[
      ...["--name", "-w", "-u", "-h", "-v", "--tmpfs", "--network", "--pull"],
      ...["--cap-add", "--cap-drop", "--security-opt", "--device", "--ulimit"],
      ...["--device-cgroup-rule", "--sysctl", "--pid", "--ipc", "--uts", "-m"],
      ...["--cgroupns", "--cgroup-parent", "--userns", "--uidmap", "--cpus"],
      ...["--group-add", "--shm-size", "--env-file", "--blkio-weight"],
    ].map((flag) => [flag, SEQUENCES, IMAGE, "true"]),
    ["-w", `/${SEQUENCES}`, "--dry-run", IMAGE, SEQUENCES],
    ["--explain", IMAGE, `/${SEQUENCES}`],
    ["--security-opt", `seccomp=${SEQUENCES}`, IMAGE, "true"],
    ["--security-opt", `apparmor=x${SEQUENCES}`, IMAGE, "true"],
    ["--device", `/dev/${SEQUENCES}`, IMAGE, "true"],
    ["--cidfile", `none/${SEQUENCES}`, IMAGE, "true"],
    [`--${SEQUENCES}`, IMAGE, "true"],
  ];
  for (const word of words) {
    const { stdout, stderr } = await place.run("--rm", ...word);
    assert.doesNotMatch(stdout + stderr, OBEYED, word.join(" "));
  }
});

forEachLauncher("run prints no sequence of an image", async (place) => {
  const image = await hostileImage(place, async (root) => {
    const write = (path: string, text: string): Promise<void> =>
      Deno.writeTextFile(`${root}/${path}`, text, { mode: 0o755 });
    await write("interpreted", `#!/bin/${SEQUENCES.replace("\r", "")}\nexit\n`);
    await write("carriage", `#!/bin/none ${SEQUENCES}\n`);
    await write("nothing", SEQUENCES);
    await write("etc/passwd", `${SEQUENCES}:x:7:7::/:${SEQUENCES}\n`);
    await plantLink(root, "/linked", `/${SEQUENCES}`);
    await plantLink(root, "/looped", "/looped");
  });
  for (
    const words of [
      [image, "/interpreted"],
      [image, "/carriage"],
      [image, "/nothing"],
      [image, "/linked"],
      ["-w", "/linked/x", "--read-only", image, "true"],
      ["-w", "/looped", image, "true"],
      ["-v", `${place.work}:/looped/x`, image, "true"],
      ["-u", "nobody-there", image, "true"],
    ]
  ) {
    const { stdout, stderr } = await place.run("--rm", ...words);
    assert.doesNotMatch(stdout + stderr, OBEYED, words.join(" "));
  }
});

forEachLauncher("ps prints no sequence of a container", async (place) => {
  const words = ["--name", "hostile", IMAGE, "echo", SEQUENCES];
  const { code } = await place.run("-h", "x", ...words);
  assert.equal(code, 0);
  for (const flags of [["-a"], ["-a", "--no-trunc"]]) {
    const { stdout, stderr } = await place.tsdocker("ps", ...flags);
    assert.match(stdout, /echo/);
    assert.doesNotMatch(stdout + stderr, OBEYED);
  }
  await place.tsdocker("rm", "hostile");
});
