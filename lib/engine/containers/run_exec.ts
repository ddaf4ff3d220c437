/**
 * `exec` as people use it: to the end of the program, or just to its start.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_RDWR } from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { createContainerId } from "../../base/identifiers.ts";
import { STDIO } from "../../runtime/plan/terminal.ts";
import { SignalProxy } from "../../runtime/stdio/signal_proxy.ts";
import { openStdio } from "../../runtime/stdio/stdio.ts";
import type { Engine } from "../engine.ts";
import { type EventAction, recordContainerEvent } from "../events.ts";
import type { ExecOptions } from "../exec_options.ts";
import { startExec } from "./exec.ts";
import { type ExecTarget, findExecTarget } from "./exec_target.ts";
import { exitCodeOf } from "./exit_record.ts";
import type { LaunchStdio } from "./launch_container.ts";
import { killAfter } from "./life.ts";

/** How long a program may go on without its terminal. */
const HANGUP_GRACE_MS = 10_000;

/** What of the options is not this module's to decide. */
export type RunExecOptions = Omit<ExecOptions, "withoutCaller">;

/**
 * Runs a program in a running container to its end. Its standard streams are
 * the caller's, and the caller's signals are its own from then on.
 *
 * @param reference The container, as `findContainer` takes it.
 * @param interactive Whether the caller's stdin reaches the program.
 * @returns The program's status, or 128 and the number of the signal that
 * ended it.
 */
export async function runExec(
  engine: Engine,
  reference: string,
  { interactive, ...options }: RunExecOptions & {
    readonly interactive: boolean;
  },
): Promise<number> {
  const target = findExecTarget(engine.paths, reference);
  const events = execEvents(engine, target, options);
  const signals = new SignalProxy();
  const started = await startExec(engine, target, {
    ...options,
    withoutCaller: "ends",
    openStdio: (streams) => openStdio({ ...streams, interactive }),
  });
  events.record("exec_start");
  const { process } = started.launched;
  using stdio = started.stdio;
  using terminal = started.launched.terminal;
  using timers = new DisposableStack();
  using connection = stdio.connect(terminal, {
    onHangUp: () => void timers.use(killAfter(process, HANGUP_GRACE_MS)),
  });
  signals.attach({
    signal: (number) => process.signal(number),
    resize: () => connection.resize(),
  });
  const exitCode = exitCodeOf(await process.wait());
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
  const events = execEvents(engine, target, options);
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

interface ExecEvents {
  record(
    action: "exec_start" | "exec_die",
    attributes?: Readonly<Record<string, string>>,
  ): void;
}

/** Writes down what happens to one program; the first is that it is wanted. */
function execEvents(
  { paths }: Engine,
  { config }: ExecTarget,
  { args }: RunExecOptions,
): ExecEvents {
  const execID = createContainerId();
  const command = args.join(" ");
  const record = (
    action: EventAction,
    attributes: Readonly<Record<string, string>> = {},
  ): void =>
    recordContainerEvent(paths, config, {
      action,
      attributes: { execID, ...attributes },
    });
  record(`exec_create: ${command}`);
  return {
    record: (action, attributes) =>
      record(
        action === "exec_start" ? `exec_start: ${command}` : action,
        attributes,
      ),
  };
}
