/**
 * The program under test with system calls taken away from it, as a seccomp
 * filter of an outer container does.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  ARCH,
  SYSCALL_NUMBERS,
  type SyscallName,
} from "../../ffi/arch/arch.ts";
import { openat } from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_RDONLY,
  O_WRONLY,
} from "../../ffi/constants/fcntl.ts";
import { ERRNO, type ErrnoName } from "../../ffi/constants/errno.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../ffi/launcher/child_signals.ts";
import { NativeLauncher } from "../../ffi/launcher/launcher.ts";
import { SOCK_FILTER } from "../../ffi/structs.ts";
import { seccompStep } from "../../lib/runtime/plan/seccomp.ts";
import { type Outcome, type Place, TSDOCKER } from "./cli.ts";
import { exitStatus } from "./processes.ts";

/** Calls by name, and the error each shall end in. */
export type Denials = Readonly<Partial<Record<SyscallName, ErrnoName>>>;

/** What is taken away from the program. */
export interface Confinement {
  readonly denied?: Denials;
  /** Words before the program, such as `unshare` with its flags. */
  readonly wrapper?: readonly string[];
  /** Variables besides the place's own. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Finds the first word of a command in `PATH`. */
const ENV = "/usr/bin/env";

const BPF_LD_W_ABS = 0x20;
const BPF_JEQ_K = 0x15;
const BPF_RET_K = 0x06;
const SECCOMP_RET_ERRNO = 0x50000;
const SECCOMP_RET_ALLOW = 0x7fff0000;

/** A filter that allows all other calls. */
function denyingFilter(denials: Denials): Uint8Array {
  const refusals = Object.entries(denials).flatMap(([call, errno]) => [
    {
      code: BPF_JEQ_K,
      jf: 1,
      k: SYSCALL_NUMBERS[ARCH][call as SyscallName],
    },
    { code: BPF_RET_K, k: SECCOMP_RET_ERRNO | ERRNO[errno] },
  ]);
  const program = [
    { code: BPF_LD_W_ABS, k: 0 },
    ...refusals,
    { code: BPF_RET_K, k: SECCOMP_RET_ALLOW },
  ];
  return Uint8Array.from(
    program.flatMap((instruction) => [...SOCK_FILTER.encode(instruction)]),
  );
}

/** Runs `tsdocker WORDS…` to its end; blocks the thread meanwhile. */
export function runConfined(
  place: Place,
  { denied = {}, wrapper = [], env }: Confinement,
  words: readonly string[],
): Outcome {
  const files = ["stdout", "stderr"].map((name) => `${place.work}/${name}`);
  using owner = new DisposableStack();
  const [stdout, stderr] = files.map((path) =>
    owner.use(openat(AT_FDCWD, path, O_CREAT | O_WRONLY, 0o600))
  );
  const stdin = owner.use(openat(AT_FDCWD, "/dev/null", O_RDONLY));
  const launcher = owner.use(new NativeLauncher());
  assert.ok(stdout && stderr);
  const command = [ENV, ...wrapper, TSDOCKER, ...place.args(words)];
  const variables = Object.entries({ ...place.env, ...env });
  const launched = launcher.launch({
    cloneFlags: 0n,
    results: new Map(),
    records: [
      { call: "dup3", args: [stdin.number, 0, 0] },
      { call: "dup3", args: [stdout.number, 1, 0] },
      { call: "dup3", args: [stderr.number, 2, 0] },
      { call: "chdir", args: [place.work] },
      ...RESET_SIGNALS,
      UNBLOCK_SIGNALS,
      seccompStep({ program: denyingFilter(denied), flags: 0 }),
      {
        call: "execve",
        args: [ENV, { words: [...command, 0] }, {
          words: [...variables.map(([name, text]) => `${name}=${text}`), 0],
        }],
      },
    ],
  });
  assert.ok(launched.kind === "started", Deno.inspect(launched));
  const code = exitStatus(launched.pidfd);
  const [out = "", err = ""] = files.map((path) => Deno.readTextFileSync(path));
  for (const path of files) Deno.removeSync(path);
  return { code, stdout: out, stderr: err };
}
