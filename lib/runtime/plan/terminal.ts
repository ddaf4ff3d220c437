/**
 * The container's standard streams: three pipes of the caller's, or a terminal
 * from the container's own devpts.
 *
 * @module
 * @see runtime-spec 1.2, config.md, "Process", `terminal`
 */
import { IOCTLS } from "../../../ffi/constants/ioctls.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import { MOUNT } from "../../../ffi/constants/mount.ts";
import type { Process, RuntimeSpec } from "../../oci/runtime_spec.ts";
import { hostId } from "./id_map.ts";
import { isWithin } from "./mounts.ts";
import { OPEN_HOW_BYTES, openHow } from "./open_how.ts";
import { AT_FDCWD, OPEN } from "./open_flags.ts";
import type { ChildStep, PrepareStep } from "./step.ts";

/** Name of the terminal's master side among the results of a plan. */
export const TERMINAL = "terminal";

/** Name of its other side, as the caller has opened it. */
const CONSOLE = "console";

/** Names of the descriptors the caller provides when there is no terminal. */
export const STDIO = ["stdin", "stdout", "stderr"] as const;

/**
 * Plans the terminal; to be made after the container's devpts is mounted.
 *
 * @returns No step if the process wants none.
 */
export function terminalSteps(spec: RuntimeSpec): readonly PrepareStep[] {
  const { process } = spec;
  if (!process.terminal) return [];
  return [
    {
      call: "openat",
      args: [
        AT_FDCWD,
        { beneath: "/dev/pts/ptmx" },
        flags(OPEN, "O_RDWR", "O_NOCTTY", "O_CLOEXEC"),
      ],
      as: TERMINAL,
      why: "from the container's own devpts, so that ttyname(3) works inside",
    },
    ...peerSteps(process, hostId(spec, "uid", process.user.uid)),
    ...(hasOwnTerminals(spec) ? [consoleStep()] : []),
  ];
}

/**
 * Plans the other side of the terminal whose master is the result
 * {@linkcode TERMINAL}.
 *
 * @param owner Its user, as the host knows it.
 */
export function peerSteps(
  process: Process,
  owner: number,
): readonly PrepareStep[] {
  return [
    {
      call: "ioctl",
      args: [
        { result: TERMINAL },
        flags(IOCTLS, "TIOCSPTLCK"),
        { words: [0] },
      ],
      why: "unlocks the other side",
    },
    {
      call: "ioctl",
      args: [
        { result: TERMINAL },
        flags(IOCTLS, "TIOCGPTPEER"),
        flags(OPEN, "O_RDWR", "O_NOCTTY", "O_CLOEXEC"),
      ],
      as: CONSOLE,
      why: "the other side by descriptor: no path inside is trusted",
    },
    {
      call: "fchown",
      args: [{ result: CONSOLE }, owner, { value: -1, text: "-1" }],
      why: "its user may open it again by name; the group stays tty",
    },
    ...sizeSteps(process),
  ];
}

function consoleStep(): PrepareStep {
  return {
    call: "mount",
    args: [
      { beneath: "/dev/pts/0" },
      { beneath: "/dev/console", create: "file" },
      null,
      flags(MOUNT, "MS_BIND"),
      null,
    ],
    why: "/dev/console is this terminal",
  };
}

/**
 * Whether the container's terminal is the first of /dev/pts. On one that is not
 * the container's own, a terminal of that name is somebody else's.
 */
function hasOwnTerminals({ mounts }: RuntimeSpec): boolean {
  const pts = mounts.findLast(({ destination }) =>
    isWithin("/dev/pts", destination)
  );
  return pts?.type === "devpts" && pts.destination === "/dev/pts";
}

function sizeSteps(process: Process): PrepareStep[] {
  if (process.consoleSize === undefined) return [];
  const { height, width } = process.consoleSize;
  const bytes = new Uint8Array(new Uint16Array([height, width, 0, 0]).buffer);
  return [{
    call: "ioctl",
    args: [
      { result: TERMINAL },
      flags(IOCTLS, "TIOCSWINSZ"),
      { bytes, text: `{ws_row=${height}, ws_col=${width}}` },
    ],
    why: "the size is right before the program asks for it",
  }];
}

/**
 * Plans the process's session, standard streams and controlling terminal; once
 * paths are relative to the new root.
 */
export function stdioSteps(spec: RuntimeSpec): readonly ChildStep[] {
  return streamSteps(spec.process, ownTerminal(spec));
}

/** A terminal for the new process, and what opens it there. */
interface OwnTerminal {
  /** Of the result. */
  readonly name: string;
  readonly steps: readonly ChildStep[];
}

/**
 * As {@linkcode stdioSteps}, for a container that runs already.
 *
 * @param terminal Absent is the one that the caller has opened.
 */
export function streamSteps(
  process: Process,
  terminal: OwnTerminal = { name: CONSOLE, steps: [] },
): readonly ChildStep[] {
  const sources = process.terminal ? Array(3).fill(terminal.name) : STDIO;
  const steps: ChildStep[] = [
    {
      call: "setsid",
      args: [],
      why: "a session of its own: no way to the caller's terminal",
    },
    ...(process.terminal ? terminal.steps : []),
  ];
  for (const [number, source] of sources.entries()) {
    steps.push({
      call: "dup3",
      args: [{ result: source }, number, 0],
      why: `${STDIO[number]} of the program`,
    });
  }
  if (process.terminal) {
    steps.push({
      call: "ioctl",
      args: [0, flags(IOCTLS, "TIOCSCTTY"), 0],
      why: "Ctrl-C and job control",
    });
  }
  return steps;
}

/**
 * The terminal, opened where the program will see it: some C libraries take
 * its name from the link in /proc/self/fd, which says nothing of a mount that
 * the container has not got.
 */
function ownTerminal(spec: RuntimeSpec): OwnTerminal {
  if (!hasOwnTerminals(spec)) return { name: CONSOLE, steps: [] };
  return {
    name: "tty",
    steps: [{
      call: "openat2",
      args: [
        AT_FDCWD,
        "dev/pts/0",
        openHow(flags(OPEN, "O_RDWR", "O_NOCTTY", "O_CLOEXEC")),
        OPEN_HOW_BYTES,
      ],
      as: "tty",
      why: "the same terminal by its name inside, as ttyname(3) looks it up",
    }],
  };
}
