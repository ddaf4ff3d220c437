/**
 * Starts a container that goes on by itself: with a monitor of its own.
 *
 * @module
 */
import { createPipe, makeInheritable } from "../../../ffi/calls/pipe.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { ConflictError, NotFoundError } from "../../base/errors.ts";
import { type ContainerId, shortId } from "../../base/identifiers.ts";
import { selfInvocation } from "../../runtime/launch/self_invocation.ts";
import { isRunning } from "../../runtime/process_identity.ts";
import type { Engine } from "../engine.ts";
import type { CreatedContainer } from "./create.ts";
import { findContainer } from "./find.ts";
import { lockWithin, tryLock } from "./lock.ts";
import type { MonitorOptions } from "./monitor.ts";
import { awaitStart } from "./monitor_report.ts";
import {
  clearStopRequest,
  containerDirectory,
  readRunning,
} from "./records.ts";

/** The command that a monitor runs as. */
export const MONITOR_COMMAND = "monitor";

/** How long whoever works on a container may take. */
const LOCK_TIMEOUT_MS = 10_000;

/** How a monitor is started. */
export interface StartOptions extends Pick<MonitorOptions, "ifRefused"> {
  /**
   * Called when others can attach, before the program starts: whoever wants to
   * see all that it writes. Absent: the monitor waits for nobody.
   */
  onListening?(): Promise<void>;
}

/**
 * Starts a container that exists; one that runs already is left alone.
 *
 * @param reference As `findContainer` takes it.
 * @returns Its id, and whether it has been started by this.
 * @throws {StartError} If its program cannot be started.
 */
export async function startDetached(
  engine: Engine,
  reference: string,
  options: StartOptions = { ifRefused: "keep" },
): Promise<{ readonly id: ContainerId; readonly isNew: boolean }> {
  const { paths } = engine;
  const id = findContainer(paths, reference);
  const lock = lockUnlessRunning(engine, id);
  if (lock === "runs") return { id, isNew: false };
  using held = lock;
  clearStopRequest(paths, id);
  await startMonitor(engine, { id, lock: held }, options);
  return { id, isNew: true };
}

/**
 * Starts the monitor of a container, which starts its program.
 *
 * @param container Locked by the caller; the monitor inherits the lock.
 * @returns The pid of the program.
 * @throws {StartError} If the program cannot be started.
 */
export async function startMonitor(
  { paths, warn }: Engine,
  { id, lock }: { readonly id: ContainerId; readonly lock: Fd },
  { ifRefused, onListening }: StartOptions,
): Promise<number> {
  using status = createPipe();
  const awaits = onListening === undefined ? "nobody" : "attached";
  const words = [id, lock.number, status.writable.number, awaits, ifRefused];
  const self = selfInvocation(
    "--root",
    paths.root,
    "--run-root",
    paths.runRoot,
    MONITOR_COMMAND,
    ...words.map(String),
  );
  makeInheritable(lock.number);
  makeInheritable(status.writable.number);
  new Deno.Command(self.path, {
    args: self.args,
    cwd: "/",
    detached: true,
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn().unref();
  // Or its end would not be the end of the pipe.
  status.writable[Symbol.dispose]();
  return await awaitStart(status.readable, {
    onWarning: warn,
    ...(onListening === undefined ? {} : { onListening }),
  });
}

/**
 * A container's lock, to start it, or to take it over if it runs and has no
 * monitor any more; nobody else is working on it then.
 */
function lockUnlessRunning(
  { paths }: Engine,
  id: ContainerId,
): CreatedContainer["lock"] | "runs" {
  const directory = containerDirectory(paths, id);
  const running = readRunning(paths, id);
  const runs = running !== undefined && isRunning(running);
  const lock = runs
    ? tryLock(directory)
    : lockWithin(directory, LOCK_TIMEOUT_MS);
  if (lock === "missing") throw new NotFoundError(`No such container: ${id}`);
  if (lock !== "busy") return lock;
  if (runs) return "runs";
  // It may have been started by somebody else meanwhile.
  const now = readRunning(paths, id);
  if (now !== undefined && isRunning(now)) return "runs";
  throw new ConflictError(
    `cannot start container ${shortId(id)}: another tsdocker is working on it`,
  );
}
