/**
 * Between the caller's standard streams and the container's: a terminal of
 * the container's own, or three pipes. The container never holds a descriptor
 * of the caller's.
 *
 * @module
 */
import { hangUp, setWindowSize } from "../../../ffi/calls/terminal.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import type { Memory } from "../../../ffi/memory.ts";
import { callerWindowSize } from "./caller_window.ts";
import {
  type ContainerPipes,
  openContainerPipes,
  type PipeOptions,
} from "./container_pipes.ts";
import { drain, type Output } from "./drain.ts";
import type { Departure, DepartureOutcome } from "./departure.ts";
import { DetachKeys } from "./detach_keys.ts";
import { type Moment, type Stream, watchFirstMoment } from "./first_moment.ts";
import { drainInto, pump, type PumpProgress, writeAll } from "./pump.ts";
import { enterRawMode } from "./raw_terminal.ts";

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;

/** What connects a container that is about to be launched. */
export interface Stdio extends Disposable {
  /** What a plan expects of its caller; empty for a terminal. */
  readonly descriptors: ReadonlyMap<string, Fd>;
  /**
   * Starts copying. Blocks for a moment where there is neither terminal nor input, as
   * most such programs have ended then.
   *
   * @param terminal The master side, if the plan made a terminal.
   */
  connect(terminal: Fd | undefined, events: StdioEvents): Connection;
}

/** Which of a container's two outputs; a terminal has the first only. */
export type OutputStream = "stdout" | "stderr";

/** What happens to streams while they are copied. */
export interface StdioEvents {
  /** The caller's terminal is gone; the container's has been hung up. */
  onHangUp(): void;
  /**
   * The container has written something, which its reader has not got yet.
   *
   * @param bytes Overwritten after the call.
   */
  onOutput?(stream: OutputStream, bytes: Uint8Array): void;
  /** How the program can be left, in a terminal with input. */
  readonly departure?: Departure;
  /** The program's pidfd; absent, its end is not looked for while connecting. */
  readonly program?: Fd | undefined;
}

/** Streams being copied. */
export interface Connection extends Disposable {
  /** Whether the program has ended while it was being connected. */
  readonly hasEnded: boolean;
  /** Waits, after the container has ended, until its output is written. */
  drain(): Promise<void>;
  /** Passes the caller's window size on, if there are terminals on both sides. */
  resize(): void;
}

/** How the container is connected. */
export interface StdioOptions
  extends Pick<PipeOptions, "interactive" | "owner"> {
  readonly tty: boolean;
}

/** Prepares the streams of a container. */
export function openStdio(options: StdioOptions): Stdio {
  return options.tty ? terminalStdio(options) : pipeStdio(options);
}

function terminalStdio({ interactive }: StdioOptions): Stdio {
  return {
    descriptors: new Map(),
    connect: (terminal, events) => {
      if (terminal === undefined) throw new TypeError("There is no terminal");
      return connectTerminal(terminal, { interactive, events });
    },
    [Symbol.dispose](): void {},
  };
}

function connectTerminal(
  terminal: Fd,
  { interactive, events }: { interactive: boolean; events: StdioEvents },
): Connection {
  const raw = interactive ? enterRawMode(STDIN) : undefined;
  if (interactive) void passKeys(terminal, events);
  const output = startOutput(outputStream(terminal, "stdout", events), events);
  return {
    hasEnded: false,
    drain: () => drain([output]),
    resize(): void {
      const size = callerWindowSize();
      if (size === undefined || !terminal.isOpen) return;
      unlessHungUp(() => setWindowSize(terminal.number, size));
    },
    [Symbol.dispose](): void {
      raw?.[Symbol.dispose]();
    },
  };
}

/**
 * Keys until the program is left, or there is nobody to press any: then the
 * line is hung up here too.
 */
async function passKeys(
  terminal: Fd,
  { departure, onHangUp }: StdioEvents,
): Promise<void> {
  if (departure === undefined) await pump(new Fd(STDIN), terminal);
  else if (await pumpKeys(terminal, departure) === "left") return;
  if (!terminal.isOpen) return;
  unlessHungUp(() => hangUp(terminal.number));
  onHangUp();
}

/** Copies all but the keys that leave, until they do or there are no more. */
async function pumpKeys(
  terminal: Fd,
  departure: Departure,
): Promise<DepartureOutcome> {
  const keys = new DetachKeys(departure.keys);
  let outcome: DepartureOutcome = "stays";
  await drainInto(new Fd(STDIN), async ({ bytes }, length) => {
    const { passed, isComplete } = keys.push(bytes.subarray(0, length));
    if (!terminal.isOpen) return "enough";
    await writeAll(terminal, passed);
    if (isComplete) outcome = await departure.leave();
    return outcome === "left" ? "enough" : "more";
  });
  return outcome;
}

/** Does something to a terminal, unless nobody has its other side open. */
function unlessHungUp(act: () => void): void {
  try {
    act();
  } catch (error) {
    // The program has just ended, or goes on without it.
    if (!isSyscallError(error, "EIO")) throw error;
  }
}

function pipeStdio(options: StdioOptions): Stdio {
  const pipes = openContainerPipes(options);
  return {
    descriptors: pipes.descriptors,
    connect(_, events): Connection {
      pipes.letGo();
      if (pipes.input !== undefined) void pumpInput(pipes.input);
      const streams = [
        outputStream(pipes.output, "stdout", events),
        outputStream(pipes.errors, "stderr", events),
      ];
      const { hasEnded, left } = firstMoment(pipes, streams, events);
      const outputs = streams.filter(({ source }) => source.isOpen)
        .map((stream) => startOutput(stream, events, left.get(stream)));
      return {
        hasEnded,
        drain: () => drain(outputs),
        resize(): void {},
        [Symbol.dispose](): void {},
      };
    },
    [Symbol.dispose]: () => pipes[Symbol.dispose](),
  };
}

/** The end of the caller's input is the end of the container's. */
async function pumpInput(writable: Fd): Promise<void> {
  using owned = writable;
  await pump(new Fd(STDIN), owned);
}

/** Who types something is not kept waiting. */
function firstMoment(
  { input }: ContainerPipes,
  streams: readonly Stream[],
  { program }: StdioEvents,
): Moment {
  return input === undefined && program !== undefined
    ? watchFirstMoment(program, streams)
    : { hasEnded: false, left: new Map() };
}

function outputStream(
  source: Fd,
  stream: OutputStream,
  { onOutput }: StdioEvents,
): Stream {
  return {
    source,
    target: new Fd(stream === "stdout" ? STDOUT : STDERR),
    tee: (bytes) => onOutput?.(stream, bytes),
  };
}

/**
 * Starts copying output. If the caller's side is closed, so is the source, and
 * the container gets SIGPIPE on its own.
 *
 * @param first Has been read already.
 */
function startOutput(
  { source, target, tee }: Stream,
  { departure }: StdioEvents,
  first?: Uint8Array,
): Output {
  const progress: PumpProgress = { isReading: false };
  const reader = departure &&
    ((fd: Fd, memory: Memory) => departure.read(fd, memory));
  const done = pump(source, target, {
    progress,
    tee,
    ...(first === undefined ? {} : { first }),
    ...(reader === undefined ? {} : { reader }),
  })
    .finally(() => source[Symbol.dispose]());
  return { source, progress, done };
}
