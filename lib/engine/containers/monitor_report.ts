/**
 * How a monitor tells whoever has started it how that went: lines of JSON
 * through a socket, until the program runs or has failed to.
 *
 * @module
 */
import { read, writeAllSync } from "../../../ffi/calls/pipe.ts";
import { waitReadable } from "../../../ffi/calls/poll.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { Memory } from "../../../ffi/memory.ts";
import {
  type ErrorRecord,
  fromErrorRecord,
  toErrorRecord,
} from "../../base/error_record.ts";
import { HostError } from "../../base/errors.ts";

/** One line. */
type Message =
  | { readonly kind: "warning"; readonly text: string }
  | { readonly kind: "listening" }
  | { readonly kind: "started"; readonly pid: number }
  | { readonly kind: "failed"; readonly error: ErrorRecord };

/** Whom a monitor tells that the program runs. */
export interface StartReport {
  /** The last word, if it is said. */
  started(pid: number): void;
}

/** The side of a monitor that was started by another process. */
export class MonitorReport implements StartReport {
  readonly #fd: Fd;

  /** @param fd Connected to who has started it, closed with the last word. */
  constructor(fd: Fd) {
    this.#fd = fd;
  }

  /** Something that the user should know. */
  warning(text: string): void {
    this.#say({ kind: "warning", text });
  }

  /** Others can attach now. */
  listening(): void {
    this.#say({ kind: "listening" });
  }

  /** Settles once whoever has started it is there no more. */
  async abandoned(): Promise<void> {
    const fd = this.#fd;
    // Nothing more is said to us, so what can be read is the end.
    while (fd.isOpen && (await waitReadable([fd], Infinity)).length === 0);
  }

  /** The last word: the program runs. */
  started(pid: number): void {
    this.#say({ kind: "started", pid });
    this.#fd[Symbol.dispose]();
  }

  /** The last word: the program does not run. */
  failed(error: unknown): void {
    this.#say({ kind: "failed", error: toErrorRecord(error) });
    this.#fd[Symbol.dispose]();
  }

  #say(message: Message): void {
    if (!this.#fd.isOpen) return;
    const bytes = new TextEncoder().encode(`${JSON.stringify(message)}\n`);
    try {
      writeAllSync(this.#fd, bytes);
    } catch (error) {
      // EPIPE: who has started us was killed; the container goes on.
      if (!isSyscallError(error, "EPIPE")) throw error;
    }
  }
}

/** What whoever has started a monitor wants to hear. */
export interface ReportListener {
  onWarning(text: string): void;
  onListening?(): Promise<void>;
}

/**
 * Listens to a monitor until its last word.
 *
 * @param fd Connected to it.
 * @returns The pid of the program.
 * @throws What the monitor has thrown, or a {@linkcode HostError} if it has
 * died.
 */
export async function awaitStart(
  fd: Fd,
  listener: ReportListener,
): Promise<number> {
  using memory = new Memory(64 * 1024);
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const length = await read(fd, memory);
    if (length <= 0) {
      throw new HostError("The container's monitor has died", {
        advice: "tsdocker ps -a shows what has become of the container",
      });
    }
    rest += decoder.decode(memory.bytes.slice(0, length), { stream: true });
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const message = JSON.parse(line) as Message;
      switch (message.kind) {
        case "warning":
          listener.onWarning(message.text);
          break;
        case "listening":
          await listener.onListening?.();
          break;
        case "started":
          return message.pid;
        case "failed":
          throw fromErrorRecord(message.error);
      }
    }
  }
}
