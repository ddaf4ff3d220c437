/** @module */
import assert from "node:assert/strict";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { PRCTL } from "../../../../ffi/constants/prctl.ts";
import { signalName, SIGNALS } from "../../../../ffi/constants/signal.ts";
import { errnoName } from "../../../../ffi/errno.ts";
import { INIT } from "../../../../ffi/init/bytes.ts";
import { initProgram } from "../../../../ffi/init/init.ts";
import { syscall } from "../../../../ffi/syscall.ts";
import { forbidding } from "../../../support/forbid.ts";
import {
  type InitOptions,
  type InitRunner,
  initRunners,
  RunningInit,
} from "../../../support/init.ts";

const SLEEP = ["sleep", "1000"];
const DEADLINE_MS = 20_000;

Deno.test("initProgram() is a small executable of this architecture", () => {
  const bytes = initProgram();
  assert.deepEqual([...bytes.subarray(0, 4)], [0x7f, 0x45, 0x4c, 0x46]);
  for (const { hex } of Object.values(INIT)) assert.ok(hex.length / 2 <= 1536);
  const E_MACHINE = 18;
  assert.equal(bytes[E_MACHINE], Deno.build.arch === "x86_64" ? 62 : 183);
  bytes.fill(0);
  assert.equal(initProgram()[0], 0x7f, "a fresh copy");
});

function run(
  runner: InitRunner,
  options: InitOptions,
): { status: number; report: number; output: string } {
  using init = new RunningInit(runner, options);
  init.closeInput();
  const report = init.report();
  const output = init.output();
  return { status: init.status(), report, output };
}

/** Sends what is written to stderr where the output goes. */
const MERGED = [{ call: "dup3", args: [1, 2, 0] }] as const;

function shell(script: string): InitOptions {
  return { command: ["sh", "-c", script] };
}

/** A folder with programs, each printing its own path. */
function withFolder(test: (folder: string) => void): void {
  const folder = Deno.makeTempDirSync();
  try {
    for (
      const [path, mode] of [["a/both", 0o755], ["b/both", 0o755]] as const
    ) {
      Deno.mkdirSync(`${folder}/${path.slice(0, 1)}`);
      Deno.writeTextFileSync(
        `${folder}/${path}`,
        `#!/bin/sh\necho ${path} "$@"\n`,
        { mode },
      );
    }
    Deno.writeTextFileSync(`${folder}/a/plain`, "#!/bin/sh\n", { mode: 0o644 });
    Deno.writeTextFileSync(`${folder}/b/format`, "no format", { mode: 0o755 });
    test(folder);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function until(claim: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (!holds()) {
    assert.ok(Date.now() < deadline, claim);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Whether a process is there, and no zombie that nobody has reaped yet. */
function isRunning(pid: number): boolean {
  try {
    return !/\) Z /.test(Deno.readTextFileSync(`/proc/${pid}/stat`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

for (const runner of initRunners()) {
  const { arch, emulator } = runner;
  // QEMU knows no PR_SET_CHILD_SUBREAPER, which init makes itself.
  const SUBREAPER = emulator === undefined
    ? []
    : [{ call: "prctl", args: [PRCTL.PR_SET_CHILD_SUBREAPER, 1] }] as const;
  const test = (
    claim: string,
    body: () => void | Promise<void>,
  ): void => Deno.test(`docker-init (${arch}) ${claim}`, body);

  for (const status of [0, 1, 42, 127, 255]) {
    test(`exits with COMMAND's status ${status}`, () => {
      assert.deepEqual(run(runner, shell(`exit ${status}`)), {
        status,
        report: 0,
        output: "",
      });
    });
  }

  test("exits with 128 + the signal that killed COMMAND", () => {
    for (const signal of [SIGNALS.SIGKILL, SIGNALS.SIGTERM]) {
      const { status } = run(runner, shell(`kill -${signal} $$`));
      assert.equal(status, 128 + signal);
    }
  });

  test("passes arguments and environment on", () => {
    const { output } = run(runner, {
      command: ["sh", "-c", 'printf "%s|" "$0" "$@" "$A"', "--", "", "ä b"],
      environment: ["A=one two", "PATH=/bin"],
    });
    assert.equal(output, "--||ä b|one two|");
  });

  test("needs no -- before COMMAND, and passes a second one on", () => {
    // Its own name and one -- are init's; what follows is COMMAND.
    assert.equal(run(runner, { command: ["echo", "--"] }).output, "--\n");
  });

  test("gives COMMAND a process group of its own, and clean signals", () => {
    const { output } = run(runner, {
      command: ["cat", "/proc/self/stat", "/proc/self/status"],
    });
    const [pid, , , , group] = output.split(" ");
    assert.equal(group, pid);
    assert.match(output, /^SigBlk:\s*0{16}$/m);
    assert.match(output, /^SigIgn:\s*0{16}$/m);
  });

  if (emulator === undefined) {
    test("refuses without descriptor 3, and says what it is", () => {
      for (const options of [{}, { as: "exec" }] as const) {
        assert.deepEqual(
          run(runner, {
            ...options,
            command: ["sh", "-c", "exit 3"],
            before: MERGED,
            withoutReport: true,
          }),
          {
            status: 126,
            report: 0,
            output: "tsdocker: the program leads to /proc/self/exe, " +
              "which is no part of the image\n",
          },
        );
      }
    });

    test("closes descriptor 3 where seccomp forbids fcntl", () => {
      for (const options of [{}, { as: "exec" }] as const) {
        const { report, status } = run(runner, {
          ...options,
          command: ["sh", "-c", "test ! -e /proc/self/fd/3"],
          before: forbidding(["fcntl"]),
        });
        assert.deepEqual({ report, status }, { report: 0, status: 0 });
      }
    });

    test("reports that it cannot close descriptor 3", () => {
      const { report, status } = run(runner, {
        ...shell("exit 3"),
        before: forbidding(["fcntl", "ioctl"]),
      });
      assert.deepEqual({ report, status }, {
        report: ERRNO.EPERM,
        status: 126,
      });
    });

    test("takes COMMAND with it where it is not process 1", async () => {
      using init = new RunningInit(runner, { command: SLEEP });
      assert.equal(init.report(), 0);
      const [child] = init.children();
      init.kill(SIGNALS.SIGKILL);
      assert.equal(init.status(), 128 + SIGNALS.SIGKILL);
      await until("COMMAND has ended", () => !isRunning(child ?? 0));
    });

    test("passes its parent-death signal on to COMMAND", () => {
      for (const options of [{}, { as: "exec" }] as const) {
        const { output } = run(runner, {
          ...options,
          command: ["setpriv", "--dump"],
          before: [{
            call: "prctl",
            args: [PRCTL.PR_SET_PDEATHSIG, SIGNALS.SIGKILL],
          }],
        });
        assert.match(output, /^Parent death signal: KILL$/m);
      }
    });
  }

  for (const options of [{}, { as: "exec" }] as const) {
    const testAs = (claim: string, body: () => void): void =>
      Deno.test(`${options.as ?? "docker-init"} (${arch}) ${claim}`, body);

    testAs("searches the path in order", () =>
      withFolder((folder) => {
        const find = (path: string, name = "both"): string => {
          const { status, output, report } = run(runner, {
            ...options,
            command: [name, "x"],
            environment: ["PATH=/none", "OTHER=1", `PATH=${path}`, "PATHS=/"],
          });
          return report === 0 ? output.trim() : `${report} ${status}`;
        };
        assert.equal(find(`${folder}/a:${folder}/b`), "a/both x");
        assert.equal(find(`${folder}/b:${folder}/a`), "b/both x");
        assert.equal(find(`/none:${folder}/a/both:${folder}/b`), "b/both x");
        assert.equal(find(`${"x".repeat(5000)}:${folder}/b`), "b/both x");
        assert.equal(find(`${"/y".repeat(2040)}:${folder}/b/`), "b/both x");
        // What execvp(3) remembers is that a file was there, but not for us.
        assert.equal(find(`${folder}/a:/none`, "plain"), `${ERRNO.EACCES} 126`);
        assert.equal(find(`${folder}/b`, "format"), `${ERRNO.ENOEXEC} 126`);
        assert.equal(find("/none:/nowhere"), `${ERRNO.ENOENT} 127`);
        assert.equal(find(`${folder}/a`, ""), `${ERRNO.ENOENT} 127`);
      }));

    testAs(
      "takes an empty element of the path for the working directory",
      () =>
        withFolder((folder) => {
          for (const path of ["", ":/none", "/none:", "/none::/nowhere"]) {
            const { output } = run(runner, {
              ...options,
              command: ["both"],
              environment: [`PATH=${path}`],
              before: [{ call: "chdir", args: [`${folder}/a`] }],
            });
            assert.equal(output, "a/both\n");
          }
        }),
    );

    testAs("has a path where the environment has none", () => {
      const { output } = run(runner, {
        ...options,
        command: ["echo", "found"],
        environment: ["HOME=/", "PAT", "PATHX=/none", ""],
      });
      assert.equal(output, "found\n");
    });

    testAs(
      "reports why a program given by its path cannot be executed",
      () =>
        withFolder((folder) => {
          const fails = (path: string): string => {
            const { status, report } = run(runner, {
              ...options,
              command: [path],
            });
            return `${report} ${status}`;
          };
          assert.equal(fails("/nonexistent/program"), `${ERRNO.ENOENT} 127`);
          assert.equal(fails(`${folder}/a/plain`), `${ERRNO.EACCES} 126`);
          assert.equal(fails(folder), `${ERRNO.EACCES} 126`);
          assert.equal(fails(`${folder}/b/format`), `${ERRNO.ENOEXEC} 126`);
          assert.equal(fails(`${folder}/b/format/x`), `${ERRNO.ENOTDIR} 126`);
        }),
    );

    testAs("reports that there is no COMMAND", () => {
      assert.deepEqual(run(runner, { ...options, command: [] }), {
        status: 127,
        report: ERRNO.ENOENT,
        output: "",
      });
    });

    testAs("closes descriptor 3 for COMMAND", () => {
      const { output } = run(runner, {
        ...options,
        command: ["sh", "-c", "test -e /proc/self/fd/3 || echo closed"],
      });
      assert.equal(output, "closed\n");
    });

    testAs("gives COMMAND clean signals", () => {
      const { output } = run(runner, {
        ...options,
        command: ["cat", "/proc/self/status"],
      });
      assert.match(output, /^SigBlk:\s*0{16}$/m);
      assert.match(output, /^SigIgn:\s*0{16}$/m);
    });
  }

  const execTest = (claim: string, body: () => void): void =>
    Deno.test(`exec (${arch}) ${claim}`, body);

  execTest("becomes COMMAND, in its own process", () => {
    using init = new RunningInit(runner, {
      as: "exec",
      command: ["sh", "-c", "echo $$; cat /proc/$$/comm; exit 5"],
    });
    assert.equal(init.report(), 0);
    assert.equal(init.output(), `${init.pid}\nsh\n`);
    assert.equal(init.status(), 5);
  });

  execTest("passes arguments and environment on as they are", () => {
    const { output } = run(runner, {
      as: "exec",
      command: ["sh", "-c", 'printf "%s|" "$0" "$@" "$A"', "--", "", "ä b"],
      environment: ["A=one two", "PATH=/bin", "B="],
    });
    assert.equal(output, "--||ä b|one two|");
    const variables = run(runner, {
      as: "exec",
      command: ["/usr/bin/env"],
      environment: ["B=", "A=1", "A=2"],
    });
    // QEMU keeps them in a set.
    if (emulator === undefined) {
      assert.equal(variables.output, "B=\nA=1\nA=2\n");
    }
  });

  execTest("takes no word for its own", () => {
    const echo = (command: readonly string[]): string => {
      const { report, output } = run(runner, { as: "exec", command });
      return report === 0 ? output : errnoName(report) ?? "";
    };
    assert.equal(echo(["echo", "--"]), "--\n");
    assert.equal(echo(["--", "echo"]), "ENOENT");
    assert.equal(echo(["exec", "echo"]), "ENOENT");
  });

  const lethal = emulator === undefined
    ? [
      ...[1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27],
      ...[29, 30, 31, 34, 35, 50, 63, 64],
    ]
    : [1, 2, 3, 10, 12, 15];
  test(`passes ${lethal.map(signalName).join(" ")} on`, () => {
    for (const signal of lethal) {
      using init = new RunningInit(runner, { command: SLEEP });
      assert.equal(init.report(), 0);
      init.kill(signal);
      assert.equal(init.status(), 128 + signal);
    }
  });

  test("passes on signals that do not kill, as often as they come", () => {
    using init = new RunningInit(
      runner,
      shell(
        'for s in WINCH CONT TSTP URG; do trap "echo $s" $s; done; ' +
          "trap 'exit 7' TERM; echo ready; while :; do read line; done",
      ),
    );
    assert.equal(init.line(), "ready");
    for (const name of ["WINCH", "CONT", "TSTP", "URG", "WINCH"] as const) {
      init.kill(SIGNALS[`SIG${name}`]);
      assert.equal(init.line(), name);
    }
    init.kill(SIGNALS.SIGTERM);
    assert.equal(init.status(), 7);
  });

  test("reaps orphans, and ends when COMMAND does", async () => {
    using init = new RunningInit(runner, {
      ...shell('sh -c "sleep 1000 & :"; echo ready; read line; exit 9'),
      before: SUBREAPER,
    });
    assert.equal(init.line(), "ready");
    // The main child and the orphan, which init has inherited.
    assert.equal(init.children().length, 2);
    const [, orphan = 0] = init.children();
    syscall("kill", orphan, SIGNALS.SIGKILL);
    await until("the orphan is reaped", () => init.children().length === 1);
    assert.throws(() => Deno.statSync(`/proc/${orphan}`), Deno.errors.NotFound);
    init.closeInput();
    assert.equal(init.status(), 9);
  });

  test("reaps a hundred orphans that end at once", async () => {
    using init = new RunningInit(runner, {
      ...shell(
        "i=0; while [ $i -lt 100 ]; do sh -c 'true & :'; i=$((i+1)); done; " +
          "echo ready; read line",
      ),
      before: SUBREAPER,
    });
    assert.equal(init.line(), "ready");
    await until("all are reaped", () => init.children().length === 1);
    init.closeInput();
    assert.equal(init.status(), 1, "read has met the end of its input");
  });

  test("reaps although its parent ignores SIGCHLD", () => {
    const SIG_IGN = 1;
    const ignore = { words: [SIG_IGN, 0, 0, 0] };
    const { status } = run(runner, {
      ...shell("exit 4"),
      before: [{
        call: "rt_sigaction",
        args: [SIGNALS.SIGCHLD, ignore, null, 8],
      }],
    });
    assert.equal(status, 4);
  });
}

if (initRunners().length < 2) {
  Deno.test({
    name: "docker-init (aarch64) skipped: needs qemu-aarch64 (qemu-user)",
    ignore: Deno.build.arch !== "aarch64",
    fn: () => undefined,
  });
}
