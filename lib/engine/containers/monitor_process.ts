/**
 * The process that is to be a container's monitor. It is told of its container
 * through a socket, and ends if that is closed: it can be started before
 * anything is known of the container, and gets ready meanwhile.
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
import { ownEnvironment } from "../../monitor/own_environment.ts";
import { selfInvocation } from "../../runtime/launch/self_invocation.ts";
import { monitorWords } from "./monitor_words.ts";

type Roots = Pick<HostPaths, "root" | "runRoot">;

/** Starts a monitor; gives its socket, and the monitor ends when it is closed. */
export function startMonitorProcess(paths: Roots): Fd {
  const [ours, theirs] = socketPair();
  const self = selfInvocation(...monitorWords(paths, String(theirs.number)));
  // Or it would keep the pipes and locks of our caller for as long as it lives.
  makeAllUninheritable();
  makeInheritable(theirs.number);
  new Deno.Command(self.path, {
    args: self.args,
    cwd: "/",
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
