/**
 * The standard streams of a container that nobody's terminal belongs to: its
 * monitor has the other sides. Those that the container writes to are open for
 * reading as well, so that it can go on for a while if its monitor is killed:
 * they are never without a reader.
 *
 * @module
 * @see pipe(7), "O_RDWR" of fifo(7)
 */
import { openat } from "../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import type { Memory } from "../../ffi/memory.ts";
import { openContainerPipes } from "../runtime/stdio/container_pipes.ts";
import type { Output } from "../runtime/stdio/drain.ts";
import { drainInto, type PumpProgress } from "../runtime/stdio/pump.ts";
import type { OutputStream, StdioOptions } from "../runtime/stdio/stdio.ts";

/** Where a container's output goes; more is read once it has been taken. */
export type OutputSink = (
  stream: OutputStream,
  bytes: Uint8Array,
) => Promise<void> | void;

/** The streams of a container about to be launched. */
export interface DetachedStdio extends Disposable {
  /** What a plan expects of its caller; empty for a terminal. */
  readonly descriptors: ReadonlyMap<string, Fd>;
  /**
   * Starts reading the output.
   *
   * @param terminal The master side, if the plan made a terminal.
   */
  connect(terminal: Fd | undefined, sink: OutputSink): DetachedConnection;
}

/** Streams in use. */
export interface DetachedConnection {
  readonly outputs: readonly Output[];
  /** Where input for the program goes; absent if it takes none. */
  readonly input: Fd | undefined;
}

/** Prepares the streams of a container. */
export function detachedStdio(options: StdioOptions): DetachedStdio {
  return options.tty ? terminalStdio(options) : pipes(options);
}

/** The only stream of a container with a terminal, which it is given later. */
export function terminalStdio(
  { interactive }: Pick<StdioOptions, "interactive">,
): DetachedStdio {
  return {
    descriptors: new Map(),
    connect(terminal, sink): DetachedConnection {
      if (terminal === undefined) throw new TypeError("There is no terminal");
      return {
        outputs: [follow(terminal, "stdout", sink)],
        input: interactive ? terminal : undefined,
      };
    },
    [Symbol.dispose](): void {},
  };
}

/**
 * The streams of a container that runs already, whose monitor was killed: those
 * that its process 1 still has.
 */
export function adoptedStdio(
  pid: number,
  { tty, interactive }: Pick<StdioOptions, "tty" | "interactive">,
): DetachedStdio {
  // A terminal has been hung up.
  if (tty) return NO_STREAMS;
  const resources = new DisposableStack();
  const reopen = (number: number, flags: number): Fd | undefined =>
    resources.use(reopenPipe(`/proc/${pid}/fd/${number}`, flags));
  const output = reopen(1, O_RDONLY);
  const errors = reopen(2, O_RDONLY);
  const input = interactive ? reopen(0, O_WRONLY) : undefined;
  return {
    descriptors: new Map(),
    connect: (_, sink) => ({
      outputs: [
        ...(output === undefined ? [] : [follow(output, "stdout", sink)]),
        ...(errors === undefined ? [] : [follow(errors, "stderr", sink)]),
      ],
      input,
    }),
    [Symbol.dispose](): void {
      resources[Symbol.dispose]();
    },
  };
}

const NO_STREAMS: DetachedStdio = {
  descriptors: new Map(),
  connect: () => ({ outputs: [], input: undefined }),
  [Symbol.dispose](): void {},
};

function pipes(options: StdioOptions): DetachedStdio {
  const pipes = openContainerPipes({ ...options, outward: reopenBoth });
  return {
    descriptors: pipes.descriptors,
    connect(_, sink): DetachedConnection {
      pipes.letGo();
      return {
        outputs: [
          follow(pipes.output, "stdout", sink),
          follow(pipes.errors, "stderr", sink),
        ],
        input: pipes.input,
      };
    },
    [Symbol.dispose]: () => pipes[Symbol.dispose](),
  };
}

/** The end of a pipe for writing, opened for reading as well; replaces it. */
function reopenBoth(writable: Fd): Fd {
  using replaced = writable;
  return openat(AT_FDCWD, replaced.path, O_RDWR);
}

/**
 * Opens the pipe that a descriptor of a container is; `undefined` if it is none.
 * Anything else the container has put there: to open that might wait for ever,
 * or set off a device that the container itself cannot open.
 */
function reopenPipe(path: string, flags: number): Fd | undefined {
  try {
    using held = openat(AT_FDCWD, path, O_PATH);
    // The path of a named one begins with a slash.
    const isPipe = Deno.readLinkSync(held.path).startsWith("pipe:[");
    return isPipe ? openat(AT_FDCWD, held.path, flags) : undefined;
  } catch (error) {
    // It has been closed, or the container has just ended.
    if (isSyscallError(error, "ENOENT", "ESRCH")) return undefined;
    throw error;
  }
}

/** Starts reading; the source is closed at its end. */
function follow(source: Fd, stream: OutputStream, sink: OutputSink): Output {
  const progress: PumpProgress = { isReading: false };
  const consume = async (
    { bytes }: Memory,
    length: number,
  ): Promise<"more"> => {
    await sink(stream, bytes.subarray(0, length));
    return "more";
  };
  const done = drainInto(source, consume, { progress })
    // What cannot be passed on must not end the monitor, nor so the container.
    .catch(() => undefined)
    .finally(() => source[Symbol.dispose]());
  return { source, progress, done };
}
