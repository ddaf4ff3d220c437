/**
 * `exec` as people use it: to the end of the program, or just to its start.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDWR } from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { STDIO } from "../../runtime/plan/terminal.ts";
import { Departure } from "../../runtime/stdio/departure.ts";
import { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import { openStdio } from "../../runtime/stdio/stdio.ts";
import type { Engine } from "../engine.ts";
import type { ExecOptions } from "../exec_options.ts";
import { startExec } from "./exec.ts";
import { execEvents } from "./exec_events.ts";
import { findExecTarget } from "./exec_target.ts";
import { fateWithoutCaller } from "./fate.ts";
import { exitCodeOf } from "./exit_record.ts";
import type { LaunchStdio } from "./launch_container.ts";
import { killAfter } from "./life.ts";

/** How long a program may go on without its terminal. */
const HANGUP_GRACE_MS = 10_000;

/** What of the options is not this module's to decide. */
export type RunExecOptions = Omit<ExecOptions, "withoutCaller">;

/**
 * Runs a program in a running container to its end, or until it is left. Its
 * standard streams are the caller's, and the caller's signals are its own from
 * then on.
 *
 * @param reference The container, as `findContainer` takes it.
 * @param interactive Whether the caller's stdin reaches the program.
 * @param detachKeys What is typed to leave it, if it has a terminal and input.
 * @returns The program's status, or 128 and the number of the signal that
 * ended it; `left` if it goes on with somebody else at its terminal.
 */
export async function runExec(
  engine: Engine,
  reference: string,
  { interactive, detachKeys, ...options }: RunExecOptions & {
    readonly interactive: boolean;
    readonly detachKeys: Uint8Array;
  },
): Promise<number | "left"> {
  const target = findExecTarget(engine.paths, reference);
  const events = execEvents(engine, target, { args: options.args });
  const signals = new SignalProxy();
  const started = await startExec(engine, target, {
    ...options,
    withoutCaller: fateWithoutCaller({ tty: options.tty, interactive }),
    openStdio: (streams) => openStdio({ ...streams, interactive }),
  });
  events.record("exec_start");
  const { process } = started.launched;
  using stdio = started.stdio;
  using terminal = started.launched.terminal;
  using timers = new DisposableStack();
  const departure = terminal === undefined || !interactive
    ? undefined
    : new Departure({
      keys: detachKeys,
      async handOver(): Promise<void> {
        const { leaveExec } = await import("./leave.ts");
        await leaveExec(engine, { ...target, ...events, process, terminal });
      },
      warn: engine.warn,
    });
  using connection = stdio.connect(terminal, {
    program: process.pidfd,
    onHangUp: () => void timers.use(killAfter(process, HANGUP_GRACE_MS)),
    ...(departure === undefined ? {} : { departure }),
  });
  if (!connection.hasEnded) {
    signals.attach({
      signal: (number) => process.signal(number),
      resize: () => connection.resize(),
    });
  }
  const ended = process.wait();
  const status = await (departure?.outcome(ended) ?? ended);
  if (status === "left") return status;
  const exitCode = exitCodeOf(status);
  await connection.drain();
  events.record("exec_die", { exitCode: String(exitCode) });
  return exitCode;
}

/**
 * Starts a program in a running container that goes on by itself, connected to
 * nothing. As there would be nobody at it, it gets no terminal.
 *
 * @param reference The container, as `findContainer` takes it.
 */
export async function runExecDetached(
  engine: Engine,
  reference: string,
  options: RunExecOptions,
): Promise<void> {
  const target = findExecTarget(engine.paths, reference);
  const events = execEvents(engine, target, { args: options.args });
  const started = await startExec(engine, target, {
    ...options,
    tty: false,
    withoutCaller: "goes-on",
    openStdio: openNothing,
  });
  using _stdio = started.stdio;
  events.record("exec_start");
}

/** The host's null device for each of the streams. */
export function openNothing(): LaunchStdio {
  const device: Fd = openat(AT_FDCWD, "/dev/null", O_RDWR);
  return {
    descriptors: new Map(STDIO.map((name) => [name, device])),
    [Symbol.dispose]: () => device[Symbol.dispose](),
  };
}
