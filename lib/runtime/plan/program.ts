/**
 * The last steps: from a prepared process to the program.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "Process"
 */
import { AT_EMPTY_PATH } from "../../../ffi/constants/fcntl.ts";
import { RESOLVE_NO_MAGICLINKS } from "../../../ffi/constants/openat2.ts";
import { PRCTL } from "../../../ffi/constants/prctl.ts";
import { SIGNALS } from "../../../ffi/constants/signal.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../../ffi/launcher/child_signals.ts";
import type { RecordArgument } from "../../../ffi/record.ts";
import type { Process } from "../../oci/runtime_spec.ts";
import { OPEN_HOW_BYTES, openHow } from "./open_how.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { ChildStep } from "./step.ts";

/** Where the init program reports that execve(2) failed; closed by success. */
export const STATUS_FD = 3;
/** Where the init program is, which executes the program. */
export const INIT_FD = 4;

/** Names of the descriptors the caller provides for them. */
export const STATUS = "status";
/** See {@linkcode STATUS}. */
export const INIT = "init";

/** What `PATH` is for a program whose environment has none. */
export const DEFAULT_PATH =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/** What the plan calls the opened working directory. */
export const WORKING_DIRECTORY = "workingdirectory";

/** First step of all: the container does not outlive its keeper. */
export function parentDeathStep(why: string): ChildStep {
  return {
    call: "prctl",
    args: [flags(PRCTL, "PR_SET_PDEATHSIG"), flags(SIGNALS, "SIGKILL")],
    why,
  };
}

/** Plans file mode mask, descriptors and working directory. */
export function processSettingSteps(process: Process): readonly ChildStep[] {
  const umask = process.user.umask ?? 0o022;
  return [
    {
      call: "keyctl",
      args: [{ value: 1, text: "KEYCTL_JOIN_SESSION_KEYRING" }, null],
      // Not EDQUOT: others of the same ids can bring that about.
      tolerate: ["ENOSYS", "EPERM"],
      why: "a session keyring of its own: the caller's keys are not inherited",
    },
    {
      call: "umask",
      args: [{ value: umask, text: `0${umask.toString(8)}` }],
      why: "a fixed mask, not the caller's",
    },
    {
      call: "dup3",
      args: [{ result: STATUS }, STATUS_FD, 0],
      why: "tells the caller whether execve worked, by closing",
    },
    {
      call: "dup3",
      args: [{ result: INIT }, INIT_FD, flags(OPEN, "O_CLOEXEC")],
      why: "what will execute the program, a sealed file in memory",
    },
    {
      call: "close_range",
      args: [INIT_FD + 1, { value: 0xffff_ffff, text: "~0U" }, 0],
      why:
        "no descriptor of the host leaks; before chdir, or /proc/self/fd leads out",
    },
    ...workingDirectorySteps(process),
    {
      call: "prctl",
      args: [flags(PRCTL, "PR_SET_DUMPABLE"), 0],
      why: "without it, containers that share the pid namespace could open " +
        "/proc/PID/exe, the host's file, once the capabilities are dropped",
    },
  ];
}

/**
 * Still as root, who may enter what the user may not. And who may follow every
 * link of /proc: with the host's processes in it, `/proc/PID/root` would be the
 * host's root directory.
 */
function workingDirectorySteps({ cwd }: Process): readonly ChildStep[] {
  return [
    {
      call: "openat2",
      args: [
        AT_FDCWD,
        cwd,
        openHow(flags(OPEN, "O_PATH", "O_DIRECTORY", "O_CLOEXEC"), {
          value: RESOLVE_NO_MAGICLINKS,
          text: "RESOLVE_NO_MAGICLINKS",
        }),
        OPEN_HOW_BYTES,
      ],
      as: WORKING_DIRECTORY,
      attempt: `change to the working directory "${cwd}"`,
      why: "links of the image lead where they may, but those of /proc out",
    },
    {
      call: "fchdir",
      args: [{ result: WORKING_DIRECTORY }],
      why: "the working directory",
    },
  ];
}

/** How the init program is executed. */
export interface ProgramOptions {
  /** Whether it stays, as process 1. */
  readonly init: boolean;
  /**
   * Whose `/proc` there is: one that the plan has mounted, or what a running
   * container has made of its own. Absent means the former.
   */
  readonly proc?: "mounted" | "container's";
}

/**
 * Plans signals and the change into the init program, which goes on to the
 * program; nothing comes after.
 */
export function programSteps(
  process: Process,
  options: ProgramOptions,
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
    ...initSteps(process, options),
  ];
}

/**
 * The init program's own arguments, then the program's. By path only where the
 * path leads to nothing but the init program.
 */
function initSteps(
  process: Process,
  { init, proc = "mounted" }: ProgramOptions,
): ChildStep[] {
  const words = init ? ["/sbin/docker-init", "--"] : ["exec"];
  const args = stringArray([...words, ...process.args]);
  const env = stringArray(process.env);
  const byDescriptor: ChildStep = {
    call: "execveat",
    args: [INIT_FD, "", args, env, {
      value: AT_EMPTY_PATH,
      text: "AT_EMPTY_PATH",
    }],
    why: init
      ? "process 1 reaps zombies and forwards signals to the program"
      : "becomes the program; from a file that is not the host's, as a " +
        "link to /proc/self/exe in the image leads to that file",
  };
  if (proc === "container's") return [byDescriptor];
  return [
    { ...byDescriptor, tolerate: ["EPERM", "EACCES", "ENOSYS"] },
    {
      call: "execve",
      args: [`/proc/self/fd/${INIT_FD}`, args, env],
      why: "the same, where a seccomp filter refuses execveat",
    },
  ];
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
