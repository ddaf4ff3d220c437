/**
 * `exec`: a further program in a running container.
 *
 * @module
 */
import assert from "node:assert/strict";
import { openPidfd, waitForEnd } from "../../ffi/calls/process.ts";
import { buildProbe, missingCompiler } from "../support/probe.ts";
import {
  assertPrints,
  DEADLINE_MS,
  eventually,
  forEachLauncher,
  IMAGE,
  type Outcome,
  type Place,
  placeTest,
} from "../support/cli.ts";
import { unpackImage } from "../support/images.ts";
import { Terminal } from "../support/terminal.ts";
import { withContainer } from "../support/with_container.ts";

function exec(place: Place, ...words: string[]): Promise<Outcome> {
  return place.tsdocker("exec", ...words);
}

function script(place: Place, text: string): Promise<Outcome> {
  return exec(place, "web", "sh", "-c", text);
}

/**
 * What process 1 and a further one are to have in common. No pipe leads away from
 * the list of descriptors, and another shell writes it: this one would have an
 * end of the pipe, or what it has redirected, for a moment.
 */
const SHARED = `
for ns in cgroup ipc mnt net pid user uts; do
  test "$(readlink /proc/1/ns/$ns)" = "$(readlink /proc/$$/ns/$ns)" || echo $ns
done
cmp /proc/1/cgroup /proc/$$/cgroup
for field in CapBnd CapEff CapInh CapPrm CapAmb NoNewPrivs Seccomp Groups; do
  test "$(grep $field: /proc/1/status)" = "$(grep $field: /proc/$$/status)" ||
    echo $field
done
cmp /proc/1/oom_score_adj /proc/$$/oom_score_adj
cmp /proc/1/limits /proc/$$/limits
test "$(pwd)" = / || pwd
(ls /proc/$$/fd >/fds)
grep -vx '[012]' /fds
test $$ != 1 && hostname
exit 5
`;

forEachLauncher(
  "exec is where and what the container's program is",
  async (place) => {
    const flags = ["--hostname", "box", "--oom-score-adj", "200"];
    await withContainer(
      place,
      async () => {
        assert.deepEqual(await script(place, SHARED), {
          code: 5,
          stdout: "box\n",
          stderr: "",
        });
        assertPrints(
          await place.tsdockerWith({ stdin: "typed" }, [
            ...["exec", "-i", "-e", "A=1", "-w", "/tmp", "-u", "nobody", "web"],
            ...["sh", "-c", "cat; echo; pwd; id -u; echo $A $B $HOME"],
          ]),
          "typed\n/tmp\n65534\n1 2 /nonexistent\n",
        );
      },
      ...flags,
      "-e",
      "B=2",
    );
  },
);

placeTest(
  "exec shares the ids of a user namespace, and its terminals",
  async (place) => {
    await withContainer(
      place,
      async () => {
        assert.deepEqual(await script(place, SHARED), {
          code: 5,
          stdout: "box\n",
          stderr: "",
        });
        using terminal = Terminal.tsdocker(place, [
          ...["exec", "-it", "-u", "nobody", "web", "sh", "-c"],
          "test -O $(tty) && tty && stty size; read line; exit 3",
        ], { size: { height: 21, width: 43 } });
        terminal.expect("/dev/pts/0\r\n21 43\r\n");
        terminal.type("\r");
        assert.equal(terminal.status(), 3);
      },
      "--userns",
      "auto",
      "--hostname",
      "box",
    );
  },
);

placeTest(
  "exec fails as run does; with 1 if there is nothing to run in",
  async (place) => {
    await withContainer(place, async () => {
      const statuses:
        readonly (readonly [number, RegExp, readonly string[]])[] = [
          [127, /^tsdocker: exec "nope": .* not found in \$PATH/, [
            "web",
            "nope",
          ]],
          [126, /^tsdocker: exec "\/etc": permission denied/, ["web", "/etc"]],
          [1, /^tsdocker: No such container: wrong/, ["wrong", "true"]],
          [1, /unable to find user nobody2/, ["-u", "nobody2", "web", "true"]],
          [126, /directory "\/no": ENOENT/, ["-w", "/no", "web", "true"]],
        ];
      for (const [code, message, words] of statuses) {
        const outcome = await exec(place, ...words);
        assert.deepEqual([outcome.code, outcome.stdout], [code, ""]);
        assert.match(outcome.stderr, message);
      }
      assert.equal((await script(place, "kill -9 $$")).code, 137);
    });
    const made = await place.tsdocker("create", "--name", "new", IMAGE, "true");
    assert.equal(made.code, 0);
    const { code, stderr } = await exec(place, "new", "true");
    assert.equal(code, 1);
    assert.equal(
      stderr.split("\n")[0],
      `tsdocker: Container ${made.stdout.trim()} is not running`,
    );
    assert.equal((await place.tsdocker("rm", "new")).code, 0);
  },
);

/** The only child of a process, by its number on the host. */
async function childOf(pid: number): Promise<number> {
  const path = `/proc/${pid}/task/${pid}/children`;
  const [child = "", ...others] = (await Deno.readTextFile(path)).trim()
    .split(" ");
  assert.deepEqual(others, []);
  return Number(child);
}

forEachLauncher(
  "exec ends with its client, and is told its signals",
  async (place) => {
    await withContainer(place, async () => {
      const client = place.start([
        ...["exec", "-u", "nobody", "web", "sh", "-c"],
        "trap 'echo told' TERM; echo up; while :; do sleep 0.02; done",
      ]);
      assert.equal(await client.stdout.line(), "up");
      client.kill("SIGTERM");
      assert.equal(await client.stdout.line(), "told");
      using program = openPidfd(await childOf(client.pid));
      assert.equal(await client.killAnyway(), 137);
      assert.ok(waitForEnd(program, DEADLINE_MS));
    });
  },
);

placeTest(
  "exec -d goes on by itself, and ends with the container",
  async (place) => {
    await withContainer(place, async () => {
      const text = "test -t 0 || echo silent > /out; exec sleep 500";
      assertPrints(await exec(place, "-dt", "web", "sh", "-c", text), "");
      await eventually("the program", async () => {
        const { stdout } = await script(place, "cat /out; ps");
        return stdout.startsWith("silent\n") &&
            stdout.includes("sleep 500") ||
          undefined;
      });
    });
  },
);

placeTest(
  "exec in a container that shares pids with the host",
  async (place) => {
    await withContainer(
      place,
      async () => {
        const { stdout } = await script(place, "echo $$ $PPID");
        const [pid, parent] = stdout.trim().split(" ").map(Number);
        assert.ok(pid !== undefined && parent !== undefined);
        assert.ok(parent > 1 && pid > 1);
      },
      "--pid",
      "host",
      "--network",
      "host",
    );
  },
);

placeTest(
  "exec -t has a terminal of the size of the caller's",
  async (place) => {
    await withContainer(place, async () => {
      using terminal = Terminal.tsdocker(
        place,
        ["exec", "-it", "web", "sh"],
        { size: { height: 33, width: 77 } },
      );
      terminal.expect("# ");
      terminal.type("stty size; tty; echo $TERM\r");
      terminal.expect("\r\n33 77\r\n/dev/pts/0\r\nxterm\r\n");
      terminal.type("exit 4\r");
      assert.equal(terminal.status(), 4);
      assert.deepEqual(terminal.modes, terminal.initialModes);
      const { code, stderr } = await exec(place, "-it", "web", "sh");
      assert.equal(code, 1);
      assert.equal(stderr, "tsdocker: the input device is not a TTY\n");
    });
  },
);

placeTest("exec --privileged has all capabilities", async (place) => {
  await withContainer(
    place,
    async () => {
      const read = "grep CapEff: /proc/self/status";
      const own = await Deno.readTextFile("/proc/self/status");
      const [held = ""] = /CapEff:.*\n/.exec(own) ?? [];
      assertPrints(
        await exec(place, "--privileged", "web", "sh", "-c", read),
        held,
      );
    },
    "--cap-drop",
    "ALL",
  );
});

const missing = missingCompiler();
const PROBE_TEST = "exec finds what the container's own program finds";

if (missing === undefined) {
  forEachLauncher(PROBE_TEST, async (place) => {
    const image = await unpackImage(`${place.work}/image`, {
      probe: await buildProbe(),
    });
    const looked = await place.run("--rm", image, "/probe", "m:/proc/kcore");
    assert.equal(looked.code, 0);
    const made = await place.run("-d", "--name", "web", image, "sleep", "600");
    assert.equal(made.code, 0, made.stderr);
    assert.deepEqual(
      await exec(place, "web", "/probe", "m:/proc/kcore"),
      looked,
    );
    assertPrints(await place.tsdocker("rm", "-f", "web"), "web\n");
  });
} else {
  Deno.test({
    name: `${PROBE_TEST} (skipped: needs ${missing})`,
    ignore: true,
    fn: () => undefined,
  });
}
