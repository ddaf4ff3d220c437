/**
 * A pseudo-terminal with a program in it, as a person's terminal would have:
 * its own session, the terminal as its controlling one.
 *
 * Everything here blocks the thread: the program is another process, and
 * nothing else is to happen while we wait for it.
 *
 * @module
 * @see pty(7)
 */
import assert from "node:assert/strict";
import {
  getTermios,
  setTermios,
  setWindowSize,
  type Termios,
  type WindowSize,
} from "../../ffi/calls/terminal.ts";
import { openPidfd, sendSignal } from "../../ffi/calls/process.ts";
import {
  AT_FDCWD,
  O_CLOEXEC,
  O_NOCTTY,
  O_RDWR,
} from "../../ffi/constants/fcntl.ts";
import { IOCTLS } from "../../ffi/constants/ioctls.ts";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { Fd } from "../../ffi/fd.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../ffi/launcher/child_signals.ts";
import { NativeLauncher } from "../../ffi/launcher/launcher.ts";
import { syscall } from "../../ffi/syscall.ts";
import { DEADLINE_MS, type Place } from "./cli.ts";
import { exitStatus } from "./processes.ts";

const LITTLE_ENDIAN = true;
const POLLIN = 1;

/** What is run in a terminal, and how. */
export interface Session {
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly size?: WindowSize;
  /** A file that stdout goes to instead. */
  readonly stdout?: string;
}

/** A terminal with a running program. */
export class Terminal implements Disposable {
  readonly #resources = new DisposableStack();
  readonly #master: Fd;
  readonly #pidfd: Fd;
  readonly #decoder = new TextDecoder();
  /** Of the program. */
  readonly pid: number;
  /** The terminal's settings before the program started. */
  readonly initialModes: Termios;
  #unread = "";
  #screen = "";
  #hasEnded = false;

  /** Opens a terminal and starts a program in it. */
  constructor(session: Session) {
    this.#master = this.#resources.use(openPty());
    // Held open, or the line would forget its settings with the program's end.
    const slave = this.#resources.use(openPeer(this.#master));
    setWindowSize(slave.number, session.size ?? { height: 24, width: 80 });
    this.initialModes = modesOf(this.#master);
    const output = session.stdout === undefined
      ? slave
      : this.#resources.use(openFile(session.stdout));
    const launcher = this.#resources.use(new NativeLauncher());
    const [program] = session.command;
    const launched = launcher.launch({
      cloneFlags: 0n,
      results: new Map(),
      records: [
        { call: "setsid", args: [] },
        { call: "ioctl", args: [slave.number, IOCTLS.TIOCSCTTY, 0] },
        { call: "dup3", args: [slave.number, 0, 0] },
        { call: "dup3", args: [output.number, 1, 0] },
        { call: "dup3", args: [slave.number, 2, 0] },
        { call: "chdir", args: [session.cwd] },
        ...RESET_SIGNALS,
        UNBLOCK_SIGNALS,
        {
          call: "execve",
          args: [program, { words: [...session.command, 0] }, {
            words: [
              ...Object.entries(session.env).map(([name, value]) =>
                `${name}=${value}`
              ),
              0,
            ],
          }],
        },
      ],
    });
    assert.ok(launched.kind === "started", Deno.inspect(launched));
    this.pid = launched.pid;
    this.#pidfd = launched.pidfd;
  }

  /** Starts `tsdocker WORDS…` in a terminal. */
  static tsdocker(
    place: Place,
    words: readonly string[],
    options: Partial<Session> = {},
  ): Terminal {
    return new Terminal({ ...Terminal.commandOf(place, words), ...options });
  }

  /** What runs `tsdocker WORDS…` in a place. */
  static commandOf(place: Place, words: readonly string[]): Session {
    return {
      command: place.commandOf(words),
      env: place.env,
      cwd: place.work,
    };
  }

  /** Everything that was ever shown. */
  get screen(): string {
    return this.#screen;
  }

  /** The settings of the line as they are now. */
  get modes(): Termios {
    return modesOf(this.#master);
  }

  /** Changes the settings of the line, as `stty` would. */
  setModes(modes: Termios): void {
    setTermios(this.#master.number, modes);
  }

  /** Types something. */
  type(text: string): void {
    const bytes = new TextEncoder().encode(text);
    assert.equal(
      syscall("write", this.#master.number, bytes, bytes.length),
      bytes.length,
    );
  }

  /** Gives the window another size. */
  resize(size: WindowSize): void {
    setWindowSize(this.#master.number, size);
  }

  /**
   * Waits until something is shown.
   *
   * @returns What has been shown since the last time, up to and including it.
   */
  expect(pattern: string | RegExp): string {
    const end = performance.now() + DEADLINE_MS;
    for (;;) {
      const found = find(this.#unread, pattern);
      if (found !== undefined) {
        const seen = this.#unread.slice(0, found);
        this.#unread = this.#unread.slice(found);
        return seen;
      }
      if (performance.now() > end || !this.#read(end - performance.now())) {
        throw new Error(
          `The terminal never showed ${pattern}, but ${
            JSON.stringify(this.#unread)
          }`,
        );
      }
    }
  }

  /** Sends a signal to the program, or to another process. */
  kill(signal: number, pid = this.pid): void {
    using other = pid === this.pid ? undefined : openPidfd(pid);
    sendSignal(other ?? this.#pidfd, signal);
  }

  /** Reads on until the program has ended. */
  status(): number {
    const end = performance.now() + DEADLINE_MS;
    for (;;) {
      const ready = poll([this.#master, this.#pidfd], end - performance.now());
      if (ready[0]) this.#read(0);
      else if (ready[1]) break;
      else throw new Error(`It runs on, having shown ${this.#screen}`);
    }
    this.#hasEnded = true;
    return exitStatus(this.#pidfd);
  }

  /**
   * Closes the terminal: the program gets SIGHUP.
   *
   * @returns Its exit status.
   */
  hangUp(): number {
    this.#resources.dispose();
    this.#hasEnded = true;
    if (poll([this.#pidfd], DEADLINE_MS)[0]) return exitStatus(this.#pidfd);
    sendSignal(this.#pidfd, SIGNALS.SIGKILL);
    exitStatus(this.#pidfd);
    throw new Error("It runs on without its terminal");
  }

  /** Reads what there is; false if nothing came in time or will come. */
  #read(timeoutMs: number): boolean {
    if (!poll([this.#master], timeoutMs)[0]) return false;
    const bytes = new Uint8Array(64 * 1024);
    let length: number;
    try {
      length = syscall("read", this.#master.number, bytes, bytes.length);
    } catch (error) {
      // Nobody has the other side open any more.
      if (isSyscallError(error, "EIO")) return false;
      throw error;
    }
    const text = this.#decoder.decode(bytes.subarray(0, length), {
      stream: true,
    });
    this.#unread += text;
    this.#screen += text;
    return true;
  }

  [Symbol.dispose](): void {
    if (!this.#hasEnded) {
      this.kill(SIGNALS.SIGKILL);
      exitStatus(this.#pidfd);
    }
    this.#resources.dispose();
  }
}

function find(text: string, pattern: string | RegExp): number | undefined {
  if (typeof pattern === "string") {
    const start = text.indexOf(pattern);
    return start < 0 ? undefined : start + pattern.length;
  }
  const match = pattern.exec(text);
  return match === null ? undefined : match.index + match[0].length;
}

function openPty(): Fd {
  const flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  const master = new Fd(syscall("openat", AT_FDCWD, "/dev/ptmx", flags, 0));
  syscall("ioctl", master.number, IOCTLS.TIOCSPTLCK, new Uint8Array(4));
  return master;
}

function openPeer(master: Fd): Fd {
  const flags = O_RDWR | O_NOCTTY | O_CLOEXEC;
  return new Fd(syscall("ioctl", master.number, IOCTLS.TIOCGPTPEER, flags));
}

function openFile(path: string): Fd {
  return new Fd(syscall("openat", AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0));
}

function modesOf(terminal: Fd): Termios {
  const modes = getTermios(terminal.number);
  assert.ok(modes !== undefined);
  return modes;
}

/** Which of the descriptors can be read, waiting for the first. */
function poll(fds: readonly Fd[], timeoutMs: number): boolean[] {
  const request = new Uint8Array(8 * fds.length);
  const view = new DataView(request.buffer);
  fds.forEach((fd, index) => {
    view.setInt32(index * 8, fd.number, LITTLE_ENDIAN);
    view.setInt16(index * 8 + 4, POLLIN, LITTLE_ENDIAN);
  });
  const ms = Math.max(0, timeoutMs);
  const timeout = new BigInt64Array([
    BigInt(Math.floor(ms / 1000)),
    BigInt(Math.floor((ms % 1000) * 1e6)),
  ]);
  const bytes = new Uint8Array(timeout.buffer);
  syscall("ppoll", request, fds.length, bytes, null, 0);
  return fds.map((_, index) =>
    view.getInt16(index * 8 + 6, LITTLE_ENDIAN) !== 0
  );
}
