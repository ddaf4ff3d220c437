/**
 * The process that is to be a container's monitor. It is told of its container
 * through a socket, and ends if that is closed: it can be started before
 * anything is known of the container, and gets ready meanwhile. Apart, so that
 * it can be loaded before all else.
 *
 * @module
 */
import {
  makeAllUninheritable,
  makeInheritable,
} from "../../../ffi/calls/pipe.ts";
import { socketPair } from "../../../ffi/calls/socket.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { HostPaths } from "../../base/host_paths.ts";
import { selfInvocation } from "../../runtime/launch/self_invocation.ts";

/** The command that a monitor runs as. */
export const MONITOR_COMMAND = "monitor";

type Roots = Pick<HostPaths, "root" | "runRoot">;

/** One that was started before it was asked for; the paths are this process's. */
let early: Fd | undefined;

/**
 * Starts a monitor that the next {@linkcode takeMonitorProcess} gets. If it
 * cannot, that one tries again, and says why.
 */
export function startMonitorEarly(paths: Roots): void {
  try {
    early ??= startMonitorProcess(paths);
  } catch (error) {
    // A system call's, or one of Deno's for what the kernel refuses.
    if (!(error instanceof Error && "code" in error)) throw error;
  }
}

/** A monitor's socket; the monitor ends when it is closed. */
export function takeMonitorProcess(paths: Roots): Fd {
  const taken = early ?? startMonitorProcess(paths);
  early = undefined;
  return taken;
}

function startMonitorProcess({ root, runRoot }: Roots): Fd {
  const [ours, theirs] = socketPair();
  const self = selfInvocation(
    ...["--root", root, "--run-root", runRoot],
    ...[MONITOR_COMMAND, String(theirs.number)],
  );
  // Or it would keep the pipes and locks of our caller for as long as it lives.
  makeAllUninheritable();
  makeInheritable(theirs.number);
  new Deno.Command(self.path, {
    args: self.args,
    cwd: "/",
    // What else the caller's has, secrets perhaps, is for no one to keep.
    clearEnv: true,
    env: ownEnvironment(Deno.env.toObject()),
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn().unref();
  // Or its end would not be the end of the connection.
  theirs[Symbol.dispose]();
  return ours;
}

/** What the program itself needs of an environment, and Deno. */
const OWN_VARIABLES =
  /^(PATH|HOME|TMPDIR|LANG|SUDO_[UG]ID|(TSDOCKER|DENO|XDG)_.*)$/;

/** The part of an environment that a monitor keeps. */
export function ownEnvironment(
  environment: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => OWN_VARIABLES.test(name)),
  );
}
