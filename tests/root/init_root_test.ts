/**
 * The init program as process 1 of a pid namespace, and at a terminal.
 *
 * @module
 */
import assert from "node:assert/strict";
import { CLONE } from "../../ffi/constants/sched.ts";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { initProgram } from "../../ffi/init/init.ts";
import type { SyscallRecord } from "../../ffi/record.ts";
import { type InitOptions, initRunners, RunningInit } from "../support/init.ts";
import { rootTest } from "../support/root.ts";

const DEADLINE_MS = 20_000;
const OWN_PROC: readonly SyscallRecord[] = [
  {
    call: "mount",
    args: [null, "/", null, { value: 0x44000, text: "MS_REC|MS_PRIVATE" }, 0],
  },
  { call: "mount", args: ["proc", "/proc", "proc", 14, null] },
];

function asProcessOne(script: string): InitOptions {
  return {
    command: ["sh", "-c", script],
    before: OWN_PROC,
    cloneFlags: BigInt(CLONE.CLONE_NEWPID + CLONE.CLONE_NEWNS),
  };
}

for (const runner of initRunners()) {
  const { arch } = runner;

  rootTest(`docker-init (${arch}) is process 1, and COMMAND is not`, () => {
    using init = new RunningInit(
      runner,
      asProcessOne("echo $$ $PPID; cat /proc/1/cmdline"),
    );
    assert.equal(init.report(), 0);
    const [numbers, commandLine = ""] = init.output().split("\n");
    assert.match(numbers ?? "", /^\d+ 1$/);
    assert.doesNotMatch(numbers ?? "", /^1 /);
    assert.ok(commandLine.includes("/docker-init\0--\0sh\0-c\0"));
    assert.equal(init.status(), 0);
  });

  rootTest(
    `docker-init (${arch}) passes on what process 1 would not get`,
    () => {
      for (const signal of [SIGNALS.SIGTERM, SIGNALS.SIGINT, SIGNALS.SIGHUP]) {
        using init = new RunningInit(runner, asProcessOne("exec sleep 1000"));
        assert.equal(init.report(), 0);
        init.kill(signal);
        assert.equal(init.status(), 128 + signal);
      }
    },
  );

  rootTest(
    `docker-init (${arch}) reaps in its namespace, and takes all with it`,
    async () => {
      using init = new RunningInit(
        runner,
        asProcessOne(
          // One orphan ends at once, another outlives COMMAND.
          "sh -c 'true & sleep 1000 & :'; echo ready; read line; " +
            "cat /proc/[0-9]*/stat | grep -c ') Z '; exit 5",
        ),
      );
      assert.equal(init.line(), "ready");
      const deadline = Date.now() + DEADLINE_MS;
      let before: number[];
      while ((before = init.children()).length !== 2) {
        assert.ok(Date.now() < deadline, "COMMAND and the living orphan");
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      init.closeInput();
      assert.equal(init.line(), "0", "no zombie is left");
      assert.equal(init.status(), 5);
      for (const pid of before) {
        assert.throws(
          () => Deno.statSync(`/proc/${pid}`),
          Deno.errors.NotFound,
        );
      }
    },
  );
}

rootTest("docker-init puts COMMAND in the terminal's foreground", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const program = `${folder}/docker-init`;
    await Deno.writeFile(program, initProgram(), { mode: 0o755 });
    const state =
      "read pid name state parent group session tty foreground rest";
    // `script` gives the shell a terminal of its own; Ctrl-C is sent to it, and
    // the terminal turns it into SIGINT for the foreground group.
    const child = new Deno.Command("script", {
      args: [
        "--quiet",
        "--return",
        "--command",
        `exec 3>/dev/null ${program} -- sh -c 'trap "exit 33" INT; ` +
        `${state} </proc/$$/stat; echo "$$ $group $foreground"; ` +
        "while :; do read line; done'",
        "/dev/null",
      ],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream())
      .getReader();
    let output = "";
    while (!output.includes("\n")) {
      const { value, done } = await reader.read();
      assert.ok(!done, output);
      output += value;
    }
    const [pid, group, foreground] = output.trim().split(" ");
    assert.equal(group, pid);
    assert.equal(foreground, pid);
    const writer = child.stdin.getWriter();
    await writer.write(Uint8Array.of(3));
    while (!(await reader.read()).done);
    await writer.close().catch((error: unknown) => {
      if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    });
    assert.equal((await child.status).code, 33);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
