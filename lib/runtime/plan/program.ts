/**
 * The last steps: from a prepared process to the program.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "Process"
 */
import { PRCTL } from "../../../ffi/constants/prctl.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../../ffi/launcher/child_signals.ts";
import type { RecordArgument } from "../../../ffi/record.ts";
import type { Process } from "../../oci/runtime_spec.ts";
import { OPEN } from "./open_flags.ts";
import type { ChildStep } from "./step.ts";

/** Where the new process reports that execve(2) failed; closed by success. */
export const STATUS_FD = 3;
/** Where the init program is, if there is one. */
export const INIT_FD = 4;

/** Names of the descriptors the caller provides for them. */
export const STATUS = "status";
/** See {@linkcode STATUS}. */
export const INIT = "init";

/** What `PATH` is for a program whose environment has none. */
export const DEFAULT_PATH =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** First step of all: the container does not outlive its keeper. */
export function parentDeathStep(why: string): ChildStep {
  return {
    call: "prctl",
    args: [flags(PRCTL, "PR_SET_PDEATHSIG"), flags(SIGNALS, "SIGKILL")],
    why,
  };
}

/**
 * Plans file mode mask, descriptors and working directory.
 *
 * @param init Whether a separate init program is process 1.
 */
export function processSettingSteps(
  process: Process,
  { init }: { init: boolean },
): readonly ChildStep[] {
  const umask = process.user.umask ?? 0o022;
  return [
    {
      call: "keyctl",
      args: [{ value: 1, text: "KEYCTL_JOIN_SESSION_KEYRING" }, null],
      tolerate: ["ENOSYS", "EPERM", "EDQUOT"],
      why: "a session keyring of its own: the caller's keys are not inherited",
    },
    {
      call: "umask",
      args: [{ value: umask, text: `0${umask.toString(8)}` }],
      why: "a fixed mask, not the caller's",
    },
    {
      call: "dup3",
      args: [
        { result: STATUS },
        STATUS_FD,
        // The init program keeps it until it has executed the program.
        init ? 0 : flags(OPEN, "O_CLOEXEC"),
      ],
      why: "tells the caller whether execve worked, by closing",
    },
    ...(init ? [initDescriptor()] : []),
    {
      call: "close_range",
      args: [(init ? INIT_FD : STATUS_FD) + 1, {
        value: 0xffff_ffff,
        text: "~0U",
      }, 0],
      why:
        "no descriptor of the host leaks; before chdir, or /proc/self/fd leads out",
    },
    {
      call: "chdir",
      args: [process.cwd],
      why: "the working directory, still as root",
    },
  ];
}

function initDescriptor(): ChildStep {
  return {
    call: "dup3",
    args: [
      { result: INIT },
      INIT_FD,
      flags(OPEN, "O_CLOEXEC"),
    ],
    why: "the init program, a sealed file in memory",
  };
}

/** Plans signals and execve(2); nothing comes after. */
export function programSteps(
  process: Process,
  { init }: { init: boolean },
): readonly ChildStep[] {
  return [
    ...RESET_SIGNALS.map((record): ChildStep => ({
      ...record,
      why: "the caller may ignore it, and execve keeps what is ignored",
    })),
    {
      ...UNBLOCK_SIGNALS,
      why: "nothing is blocked; last, so that no signal ends a half-made child",
    },
    ...(init ? [initStep(process)] : executeSteps(process)),
  ];
}

function initStep(process: Process): ChildStep {
  return {
    call: "execveat",
    args: [
      INIT_FD,
      "",
      stringArray(["/sbin/docker-init", "--", ...process.args]),
      stringArray(process.env),
      { value: 0x1000, text: "AT_EMPTY_PATH" },
    ],
    why: "process 1 reaps zombies and forwards signals to the program",
  };
}

function executeSteps(process: Process): ChildStep[] {
  const candidates = programPaths(process);
  return candidates.map((path, index) => ({
    call: "execve",
    args: [path, stringArray(process.args), stringArray(process.env)],
    ...(index < candidates.length - 1
      ? { tolerate: ["ENOENT", "ENOTDIR", "EACCES"] as const }
      : {}),
    why: index === 0 ? "the program" : "the next directory of PATH",
  }));
}

/**
 * The paths at which the program may be, in the order they are tried.
 *
 * @returns The name itself if it has a slash, else one path for each directory
 * of `PATH`; an empty directory is the working one.
 * @see execvp(3)
 */
export function programPaths(process: Process): readonly string[] {
  const [name] = process.args;
  if (name.includes("/")) return [name];
  // The last of several PATH entries would win in a shell as well.
  const entry = process.env.findLast((text) => text.startsWith("PATH="));
  const path = entry === undefined ? DEFAULT_PATH : entry.slice("PATH=".length);
  return path.split(":").map((directory) => `${directory || "."}/${name}`);
}

function stringArray(strings: readonly string[]): RecordArgument {
  return { words: [...strings, null] };
}
