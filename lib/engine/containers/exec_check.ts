/**
 * A program run in a container to find something out about it: a health check.
 *
 * @module
 */
import { fchown, openat } from "../../../ffi/calls/file.ts";
import { createPipe, readSync } from "../../../ffi/calls/pipe.ts";
import { waitReadable } from "../../../ffi/calls/poll.ts";
import { AT_FDCWD, O_RDONLY } from "../../../ffi/constants/fcntl.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { LONGEST_TIMER_MS } from "../../base/duration.ts";
import { pause } from "../../base/pause.ts";
import type { ContainerId } from "../../base/identifiers.ts";
import type { StdioOptions } from "../../runtime/stdio/stdio.ts";
import type { Engine } from "../engine.ts";
import { startExec } from "./exec.ts";
import { findExecTarget } from "./exec_target.ts";
import { exitCodeOf } from "./exit_record.ts";
import type { LaunchStdio } from "./launch_container.ts";
import { killIfRunning } from "./life.ts";

/** As much as docker keeps. */
const MAX_OUTPUT_BYTES = 4096;
/** As much as a pipe holds by default. */
const READ_BYTES = 64 * 1024;
/** What a check has found. */
export interface CheckOutcome {
  /** The program's status; -1 if it was killed for taking too long. */
  readonly exitCode: number;
  /** The beginning of what it wrote to stdout and stderr. */
  readonly output: string;
}

/** How long a check may take. */
export interface CheckLimits {
  readonly timeoutMs: number;
}

/**
 * Runs a program in a running container, as the container's user.
 *
 * @param args Program and arguments.
 * @throws {InvalidStateError} If the container does not run, or is paused.
 * @throws {StartError} If the program cannot be started.
 */
export async function execCheck(
  engine: Engine,
  id: ContainerId,
  args: readonly [string, ...string[]],
  { timeoutMs }: CheckLimits,
): Promise<CheckOutcome> {
  const { launched, stdio } = await startExec(
    engine,
    findExecTarget(engine.paths, id),
    {
      args,
      tty: false,
      env: [],
      privileged: false,
      withoutCaller: "ends",
      openStdio: capture,
    },
  );
  using streams = stdio;
  const read = streams.read();
  const { process } = launched;
  let isLate = false;
  const done = new AbortController();
  void pause(Math.min(timeoutMs, LONGEST_TIMER_MS), done.signal).then(() => {
    if (done.signal.aborted) return;
    isLate = true;
    killIfRunning(process);
  });
  try {
    const exitCode = exitCodeOf(await process.wait());
    streams.stop();
    await read;
    const output = streams.text();
    return isLate
      ? { exitCode: -1, output: tooLate(timeoutMs, output) }
      : { exitCode, output };
  } finally {
    done.abort();
  }
}

/** Docker's words. */
function tooLate(timeoutMs: number, output: string): string {
  const words = `Health check exceeded timeout (${timeoutMs / 1000}s)`;
  return output === "" ? words : `${words}: ${output}`;
}

/** Both outputs as one, of which the beginning is kept. */
interface Capture extends LaunchStdio {
  /** Reads until nobody writes any more, or it is stopped. */
  read(): Promise<void>;
  /** Ends reading once all is read that is there. */
  stop(): void;
  /** What was read, as far as it is text. */
  text(): string;
}

function capture({ owner }: Pick<StdioOptions, "owner">): Capture {
  const resources = new DisposableStack();
  const input = resources.use(openat(AT_FDCWD, "/dev/null", O_RDONLY));
  const output = resources.use(createPipe());
  const stop = resources.use(createPipe());
  fchown(output.readable.number, owner.uid, owner.gid);
  const kept = new KeptOutput();
  return {
    descriptors: new Map<string, Fd>([
      ["stdin", input],
      ["stdout", output.writable],
      ["stderr", output.writable],
    ]),
    async read(): Promise<void> {
      // Or it would never end.
      output.writable[Symbol.dispose]();
      await readUntilStopped(output.readable, stop.readable, kept);
    },
    stop: () => stop.writable[Symbol.dispose](),
    text: () => kept.text(),
    [Symbol.dispose]: () => resources[Symbol.dispose](),
  };
}

/**
 * Never in a read(2) that has to wait: what the program leaves behind may keep
 * its output open for ever, and with it a thread of Deno's pool.
 */
async function readUntilStopped(
  source: Fd,
  stop: Fd,
  kept: KeptOutput,
): Promise<void> {
  const buffer = new Uint8Array(READ_BYTES);
  for (;;) {
    const ready = await waitReadable([source, stop], Infinity);
    const isStopped = ready.includes(stop);
    if (isStopped && (kept.isFull || !ready.includes(source))) return;
    if (!ready.includes(source)) continue;
    const length = readSync(source, buffer);
    if (length === 0) return;
    kept.add(buffer.subarray(0, length));
  }
}

class KeptOutput {
  readonly #bytes = new Uint8Array(MAX_OUTPUT_BYTES);
  #length = 0;

  get isFull(): boolean {
    return this.#length === this.#bytes.length;
  }

  add(bytes: Uint8Array): void {
    const fitting = bytes.subarray(0, this.#bytes.length - this.#length);
    this.#bytes.set(fitting, this.#length);
    this.#length += fitting.length;
  }

  text(): string {
    return new TextDecoder().decode(this.#bytes.subarray(0, this.#length));
  }
}
