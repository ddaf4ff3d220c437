/**
 * The other side of a monitor's socket: a person's terminal, or a script's
 * streams, connected to a container that goes on without them.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { getWindowSize } from "../../ffi/calls/terminal.ts";
import { AT_FDCWD, O_DIRECTORY, O_PATH } from "../../ffi/constants/fcntl.ts";
import { Fd } from "../../ffi/fd.ts";
import { drainInto, writeAll } from "../runtime/stdio/pump.ts";
import { enterRawMode } from "../runtime/stdio/raw_terminal.ts";
import { DetachKeys } from "../runtime/stdio/detach_keys.ts";
import { encodeFrame, encodeSize, type Frame, FrameDecoder } from "./frame.ts";
import { socketPath } from "./socket_path.ts";

/** How a session ended. */
export type AttachEnd =
  | { readonly kind: "exited"; readonly exitCode: number }
  /** By its keys; the container goes on. */
  | { readonly kind: "detached" }
  /** The monitor has gone without a word. */
  | { readonly kind: "lost" };

/** What of the caller's is connected. */
export interface AttachOptions {
  /** Whether the container has a terminal. */
  readonly tty: boolean;
  /** Whether the caller's stdin goes to the container. */
  readonly stdin: boolean;
  /** `stdout` and `stderr` as far as they are shown; absent: both. */
  readonly outputs?: readonly string[];
  /** The keys that end the session; empty for none. */
  readonly detachKeys: Uint8Array;
}

const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const BUFFER_BYTES = 64 * 1024;

/** A session with a monitor. */
export class AttachClient implements Disposable {
  readonly #connection: Deno.UnixConn;
  readonly #options: AttachOptions;
  readonly #detached = Promise.withResolvers<AttachEnd>();

  private constructor(connection: Deno.UnixConn, options: AttachOptions) {
    this.#connection = connection;
    this.#options = options;
  }

  /**
   * Connects to a monitor.
   *
   * @param directory Where its socket is.
   * @throws {SyscallError} `ENOENT` if there is no such directory.
   * @throws {Deno.errors.NotFound} If there is no socket.
   */
  static async connect(
    directory: string,
    options: AttachOptions,
  ): Promise<AttachClient> {
    using opened = openat(AT_FDCWD, directory, O_PATH | O_DIRECTORY);
    const path = socketPath(opened);
    const connection = await Deno.connect({ transport: "unix", path });
    return new AttachClient(connection, options);
  }

  /** Copies until the container ends, or the keys are pressed. */
  async run(): Promise<AttachEnd> {
    const { tty, stdin } = this.#options;
    using _raw = tty && stdin ? enterRawMode(STDIN) : undefined;
    if (tty) await this.resize();
    if (stdin) void this.#sendInput();
    return await Promise.race([this.#receive(), this.#detached.promise]);
  }

  /** Passes the size of the caller's terminal on, if it has one. */
  async resize(): Promise<void> {
    const size = getWindowSize(STDOUT) ?? getWindowSize(STDIN);
    if (size === undefined) return;
    await this.#send({ kind: "resize", payload: encodeSize(size) });
  }

  [Symbol.dispose](): void {
    this.#connection.close();
  }

  async #sendInput(): Promise<void> {
    const keys = new DetachKeys(this.#options.detachKeys);
    let isDetached = false;
    await drainInto(new Fd(STDIN), async (memory, length) => {
      const { passed, isComplete } = keys.push(
        memory.bytes.subarray(0, length),
      );
      if (passed.length > 0) {
        await this.#send({ kind: "stdin", payload: passed });
      }
      isDetached = isComplete;
      if (!isDetached) return "more";
      this.#detached.resolve({ kind: "detached" });
      return "enough";
    });
    if (isDetached) return;
    await this.#send({ kind: "endOfInput", payload: new Uint8Array(0) });
  }

  async #receive(): Promise<AttachEnd> {
    const decoder = new FrameDecoder();
    const buffer = new Uint8Array(BUFFER_BYTES);
    for (;;) {
      const length = await readSome(this.#connection, buffer);
      if (length === null) return { kind: "lost" };
      for (const frame of decoder.push(buffer.subarray(0, length))) {
        if (frame.kind === "exited") {
          return { kind: "exited", exitCode: frame.payload[0] ?? 0 };
        }
        if (this.#options.outputs?.includes(frame.kind) === false) continue;
        const target = frame.kind === "stderr" ? STDERR : STDOUT;
        await writeAll(new Fd(target), frame.payload);
      }
    }
  }

  async #send(frame: Frame): Promise<void> {
    const bytes = encodeFrame(frame);
    try {
      for (let offset = 0; offset < bytes.length;) {
        offset += await this.#connection.write(bytes.subarray(offset));
      }
    } catch {
      // The container has ended; what is read tells how.
    }
  }
}

async function readSome(
  connection: Deno.UnixConn,
  buffer: Uint8Array,
): Promise<number | null> {
  try {
    return await connection.read(buffer);
  } catch {
    // Reset: the monitor was killed.
    return null;
  }
}
