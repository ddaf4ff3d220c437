/**
 * Who waits for this process to have started a container, through a pipe: one byte
 * is the exit status of that process, and from then on this one is on its own.
 * The other side is `ffi/starter/`.
 *
 * @module
 */
import {
  hasReader,
  makeUninheritable,
  writeAllSync,
} from "../../ffi/calls/pipe.ts";
import { openat } from "../../ffi/calls/file.ts";
import {
  isInheritable,
  replaceDescriptor,
  setParentDeathSignal,
  startSession,
} from "../../ffi/calls/own_process.ts";
import { AT_FDCWD, O_CLOEXEC, O_RDWR } from "../../ffi/constants/fcntl.ts";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import { HostError } from "../base/errors.ts";

const STREAMS = [0, 1, 2] as const;

const DESCRIPTORS = "/proc/self/fd";

/** What a descriptor leads to, as the kernel words it; empty if it is closed. */
function fileOf(number: number): string {
  try {
    return Deno.readLinkSync(`${DESCRIPTORS}/${number}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

/** Who waits for this process, its parent. */
export class Client {
  readonly #pipe: Fd;

  /**
   * From here on this process dies with its client: what it has begun then,
   * the next command clears up.
   *
   * @param number The descriptor of the pipe; it was inherited.
   * @throws {SyscallError} `EBADF` if there is none.
   * @throws {HostError} If the client has died already.
   */
  constructor(number: number) {
    makeUninheritable(number);
    this.#pipe = new Fd(number);
    setParentDeathSignal(SIGNALS.SIGKILL);
    if (!hasReader(this.#pipe)) throw new HostError("The client has died");
  }

  /**
   * Leaves the client's session and descriptors, but for the standard streams, and
   * does not die with it any more.
   */
  leave(): void {
    setParentDeathSignal(0);
    startSession();
    for (const { name } of Deno.readDirSync(DESCRIPTORS)) {
      const number = Number(name);
      if (number < STREAMS.length) continue;
      // Deno and we open everything close-on-exec: the others are the caller's.
      if (isInheritable(number)) new Fd(number)[Symbol.dispose]();
    }
  }

  /**
   * Lets the client exit, then lets go of its directory and its streams: nobody reads
   * any more what is written to them.
   *
   * @param status What the client exits with.
   */
  answer(status: number): void {
    this.#tell(status);
    Deno.chdir("/");
    const files = STREAMS.map(fileOf);
    using nothing = openat(AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC);
    // Deno has them a second time.
    for (const { name } of Deno.readDirSync(DESCRIPTORS)) {
      const number = Number(name);
      if (number === nothing.number) continue;
      if (number < STREAMS.length) replaceDescriptor(number, nothing, 0);
      else if (files.includes(fileOf(number))) {
        replaceDescriptor(number, nothing, O_CLOEXEC);
      }
    }
  }

  #tell(status: number): void {
    using pipe = this.#pipe;
    try {
      writeAllSync(pipe, Uint8Array.of(status));
    } catch (error) {
      // EPIPE: it was killed; the container goes on.
      if (!isSyscallError(error, "EPIPE")) throw error;
    }
  }
}
