/**
 * The last steps of a plan in a process of their own: what the program gets,
 * and what others may see of the process meanwhile.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createPipe, readAllSync } from "../../../../ffi/calls/pipe.ts";
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { O_WRONLY } from "../../../../ffi/constants/fcntl.ts";
import { LITTLE_ENDIAN } from "../../../../ffi/endian.ts";
import { NativeLauncher } from "../../../../ffi/launcher/launcher.ts";
import type { SyscallRecord } from "../../../../ffi/record.ts";
import type { Process } from "../../../../lib/oci/runtime_spec.ts";
import { openInitProgram } from "../../../../lib/runtime/launch/init_program.ts";
import { credentialSteps } from "../../../../lib/runtime/plan/credentials.ts";
import { AT_FDCWD } from "../../../../lib/runtime/plan/open_flags.ts";
import {
  INIT,
  parentDeathStep,
  processSettingSteps,
  programSteps,
  STATUS,
} from "../../../../lib/runtime/plan/program.ts";
import { forbidding } from "../../../support/forbid.ts";
import { exitStatus } from "../../../support/processes.ts";
import { rootTest } from "../../../support/root.ts";
import { CAPABILITIES, runtimeSpec } from "../../../support/runtime_spec.ts";

const STDOUT = "stdout";
const USERS = [0, 1000] as const;

function processOf(
  args: Process["args"],
  uid: number = 0,
  env: readonly string[] = ["PATH=/usr/bin:/bin"],
): Process {
  const user = { uid, gid: uid, additionalGids: [] };
  return runtimeSpec({ process: { args, env, user } }).process;
}

/** All steps of a process but those of mounts and namespaces. */
function steps(
  process: Process,
  options: { init: boolean; before?: readonly SyscallRecord[] },
): readonly SyscallRecord[] {
  return [
    { call: "dup3", args: [{ result: STDOUT }, 1, 0] },
    ...processSettingSteps(process),
    ...credentialSteps(process, { afterUser: [parentDeathStep("again")] }),
    ...(options.before ?? []),
    ...programSteps(process, options),
  ];
}

/** What became of a program: what it wrote, or why there was none. */
type Ran =
  | { readonly output: string; readonly errno: number; readonly status: number }
  | { readonly call: string | undefined; readonly errno: number };

function run(records: readonly SyscallRecord[]): Ran {
  using launcher = new NativeLauncher();
  using init = openInitProgram();
  using status = createPipe();
  using stdout = createPipe();
  const launched = launcher.launch({
    cloneFlags: 0n,
    records,
    results: new Map([
      [STATUS, status.writable.number],
      [INIT, init.number],
      [STDOUT, stdout.writable.number],
    ]),
  });
  if (launched.kind === "failed") {
    const { index, errno } = launched;
    return { call: records[index]?.call, errno };
  }
  status.writable[Symbol.dispose]();
  stdout.writable[Symbol.dispose]();
  const report = readAllSync(status.readable);
  const output = new TextDecoder().decode(readAllSync(stdout.readable));
  const errno = report.length === 0
    ? 0
    : new DataView(report.buffer).getUint32(0, LITTLE_ENDIAN);
  return { output, errno, status: exitStatus(launched.pidfd) };
}

for (const init of [false, true]) {
  const name = init ? "the init" : "the program";

  rootTest(`programSteps() ends in ${name}, which is as planned`, () => {
    const script = 'printf "[%s]" "$0" "$@"; echo; /usr/bin/env; exit 7';
    const env = ["A=a b", "PWD=/", "SHLVL=0", "OLDPWD=/", "_=/usr/bin/env"];
    const process = processOf(["/bin/sh", "-c", script, "--", ""], 0, env);
    const ran = run(steps(process, { init }));
    assert.ok("output" in ran, Deno.inspect(ran));
    assert.match(ran.output, /^\[--\]\[\]\n(.+\n)*A=a b\n/);
    assert.deepEqual([ran.errno, ran.status], [0, 7]);
  });

  rootTest(`programSteps() leaves ${name} no descriptor and no signal`, () => {
    const args = [
      "sh",
      "-c",
      "ls -l /proc/$$/fd; exec cat /proc/self/status",
    ] as const;
    const ran = run(steps(processOf(args), { init }));
    assert.ok("output" in ran, Deno.inspect(ran));
    const numbers = [...ran.output.matchAll(/ (\d+) -> /g)].map(([, fd]) => fd);
    assert.deepEqual(numbers, ["0", "1", "2"]);
    for (const set of ["SigBlk", "SigIgn"]) {
      assert.match(ran.output, new RegExp(`^${set}:\\s*0{16}$`, "m"));
    }
  });

  for (const uid of USERS) {
    rootTest(
      `programSteps() keeps the bond to the keeper in ${name}, uid ${uid}`,
      () => {
        const ran = run(steps(processOf(["setpriv", "--dump"], uid), { init }));
        assert.ok("output" in ran, Deno.inspect(ran));
        assert.match(ran.output, new RegExp(`^uid: ${uid}$`, "m"));
        assert.match(ran.output, /^Parent death signal: KILL$/m);
      },
    );
  }

  rootTest(`programSteps() comes to ${name} where execveat is refused`, () => {
    for (const errno of ["EPERM", "EACCES", "ENOSYS"] as const) {
      const before = forbidding(["execveat"], errno);
      const process = processOf(["echo", "there"], 1000);
      assert.deepEqual(run(steps(process, { init, before })), {
        output: "there\n",
        errno: 0,
        status: 0,
      });
    }
  });

  rootTest(`programSteps() hears from ${name} why it is not there`, () => {
    const process = processOf(["nosuch"]);
    assert.deepEqual(run(steps(process, { init })), {
      output: "",
      errno: ERRNO.ENOENT,
      status: 127,
    });
  });
}

rootTest("programSteps() fails where nothing can be executed", () => {
  const before = forbidding(["execveat", "execve"], "EACCES");
  assert.deepEqual(
    run(steps(processOf(["true"]), { init: false, before })),
    { call: "execve", errno: ERRNO.EACCES },
  );
});

/**
 * What a process with a container's capabilities reads of a child's
 * /proc/PID/exe, while the child has dropped its own and waits.
 */
async function seenAfter(before: readonly SyscallRecord[]): Promise<string> {
  const directory = await Deno.makeTempDir();
  try {
    const [ready, go] = [`${directory}/ready`, `${directory}/go`];
    const made = await new Deno.Command("mkfifo", { args: [ready, go] })
      .output();
    assert.ok(made.success);
    const bounding = CAPABILITIES.map((name) =>
      name.replace("CAP_", "+").toLowerCase()
    );
    const script =
      'read line <"$2"; for pid in $(cat /proc/$1/task/*/children);' +
      ' do [ $pid = $$ ] || readlink /proc/$pid/exe || echo refused; done; : >"$3"';
    const child = new Deno.Command("setpriv", {
      args: [
        `--bounding-set=-all,${bounding.join(",")}`,
        ...["sh", "-c", script, "sh", String(Deno.pid), ready, go],
      ],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    run([
      ...before,
      { call: "openat", args: [AT_FDCWD, ready, O_WRONLY], as: "ready" },
      { call: "write", args: [{ result: "ready" }, "\n", 1] },
      { call: "openat", args: [AT_FDCWD, go, 0] },
      ...programSteps(processOf(["true"]), { init: false }),
    ]);
    const { stdout } = await child.output();
    return new TextDecoder().decode(stdout).trim();
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

rootTest(
  "processSettingSteps() hides the host's executable from containers",
  async () => {
    const process = processOf(["true"]);
    const settings = processSettingSteps(process);
    const credentials = credentialSteps(process, { afterUser: [] });
    assert.equal(await seenAfter([...settings, ...credentials]), "refused");
    // What the last setting is for.
    const careless = [...settings.slice(0, -1), ...credentials];
    assert.equal(await seenAfter(careless), Deno.execPath());
  },
);
