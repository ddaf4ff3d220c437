/**
 * A monitor's socket: whoever connects sees what the container writes from
 * then on, and may write to it.
 *
 * @module
 * @see unix(7)
 */
import { openat } from "../../ffi/calls/file.ts";
import type { WindowSize } from "../../ffi/calls/terminal.ts";
import { AT_FDCWD, O_DIRECTORY, O_PATH } from "../../ffi/constants/fcntl.ts";
import type { Fd } from "../../ffi/fd.ts";
import { removeFileIfExists } from "../base/remove_file.ts";
import type { OutputStream } from "../runtime/stdio/stdio.ts";
import { Attached } from "./attached.ts";
import {
  decodeSize,
  encodeFrame,
  type Frame,
  FrameDecoder,
  type FrameKind,
} from "./frame.ts";
import { socketPath } from "./socket_path.ts";

/** What those who are attached want of the container. */
export interface AttachHandler {
  /** Input for the program; the next comes once this is taken. */
  onInput(bytes: Uint8Array): Promise<void>;
  /** There is no more input. */
  onEndOfInput(): void;
  /** Their terminal has this size. */
  onResize(size: WindowSize): void;
}

/** As much as one read takes from a socket. */
const BUFFER_BYTES = 64 * 1024;
/** Less than `stop` and `rm -f` wait for the end to be written down. */
const PATIENCE_MS = 5000;
/** How often is looked meanwhile. */
const LOOKS = 10;

/** Listens for others to attach, until it is disposed of. */
export class AttachServer implements Disposable {
  readonly #listener: Deno.UnixListener;
  readonly #directory: Fd;
  readonly #path: string;
  readonly #attached = new Set<Attached>();
  readonly #first = Promise.withResolvers<void>();
  #handler: AttachHandler | undefined;

  /**
   * @param directory Where the socket is made; one that a killed monitor has
   * left is replaced.
   */
  constructor(directory: string) {
    this.#directory = openat(AT_FDCWD, directory, O_PATH | O_DIRECTORY);
    this.#path = socketPath(this.#directory);
    removeFileIfExists(this.#path);
    const path = this.#path;
    this.#listener = Deno.listen({ transport: "unix", path });
    void this.#accept();
  }

  /** Settles once somebody has attached. */
  get attached(): Promise<void> {
    return this.#first.promise;
  }

  /** From now on there is a container that what arrives is for. */
  serve(handler: AttachHandler): void {
    this.#handler = handler;
  }

  /**
   * Sends output to all who are attached. A slow one holds the others back, and
   * the container; one that has gone does not.
   */
  async broadcast(stream: OutputStream, bytes: Uint8Array): Promise<void> {
    if (this.#attached.size === 0) return;
    await this.#sendAll(stream, bytes);
  }

  /**
   * From now on a slow one is let go of after a while: the program has ended,
   * and nobody is to keep that from being written down.
   *
   * @param patienceMs How long one may take nothing of what is sent.
   */
  hurry(patienceMs = PATIENCE_MS): Disposable {
    const beginMs = performance.now();
    const timer = setInterval(() => {
      for (const attached of this.#attached) {
        const { waitsSince } = attached;
        if (waitsSince === undefined) continue;
        const waitedMs = performance.now() - Math.max(beginMs, waitsSince);
        if (waitedMs > patienceMs) this.#drop(attached);
      }
    }, patienceMs / LOOKS);
    return { [Symbol.dispose]: () => clearInterval(timer) };
  }

  /** Tells all that the container has ended, and lets go of them. */
  async end(exitCode: number): Promise<void> {
    using _hurry = this.hurry();
    await this.#sendAll("exited", Uint8Array.of(exitCode));
    this.#dropAll();
  }

  [Symbol.dispose](): void {
    this.#listener.close();
    this.#dropAll();
    // The container may have been removed, its directories with it.
    removeFileIfExists(this.#path);
    this.#directory[Symbol.dispose]();
  }

  async #sendAll(kind: FrameKind, payload: Uint8Array): Promise<void> {
    const frame = encodeFrame({ kind, payload });
    await Promise.all(
      [...this.#attached].map(async (attached) => {
        try {
          await attached.send(frame);
        } catch {
          // It has gone, which is no concern of the container's.
          this.#drop(attached);
        }
      }),
    );
  }

  async #accept(): Promise<void> {
    try {
      for await (const connection of this.#listener) {
        const attached = new Attached(connection);
        this.#attached.add(attached);
        this.#first.resolve();
        void this.#follow(attached);
      }
    } catch {
      // The listener has been closed, or there are no more descriptors: then
      // nobody attaches any more, which must not end the container's monitor.
    }
  }

  async #follow(attached: Attached): Promise<void> {
    const decoder = new FrameDecoder();
    const buffer = new Uint8Array(BUFFER_BYTES);
    try {
      for (;;) {
        const length = await attached.read(buffer);
        if (length === null) break;
        for (const frame of decoder.push(buffer.subarray(0, length))) {
          await this.#receive(frame);
        }
      }
    } catch {
      // Gone in the middle of a word, or speaking another language.
    }
    this.#drop(attached);
  }

  async #receive({ kind, payload }: Frame): Promise<void> {
    if (kind === "stdin") await this.#handler?.onInput(payload);
    if (kind === "endOfInput") this.#handler?.onEndOfInput();
    if (kind === "resize") this.#handler?.onResize(decodeSize(payload));
  }

  #drop(attached: Attached): void {
    this.#attached.delete(attached);
    attached.drop();
  }

  #dropAll(): void {
    for (const attached of this.#attached) attached.drop();
    this.#attached.clear();
  }
}
