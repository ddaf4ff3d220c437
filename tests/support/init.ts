/**
 * Runs the init program in tests, of this architecture or another's in QEMU.
 *
 * @module
 */
import assert from "node:assert/strict";
import { createPipe, readAllSync } from "../../ffi/calls/pipe.ts";
import { sendSignal } from "../../ffi/calls/process.ts";
import { SIGNALS } from "../../ffi/constants/signal.ts";
import { LITTLE_ENDIAN } from "../../ffi/endian.ts";
import type { Fd } from "../../ffi/fd.ts";
import { INIT } from "../../ffi/init/bytes.ts";
import {
  RESET_SIGNALS,
  UNBLOCK_SIGNALS,
} from "../../ffi/launcher/child_signals.ts";
import { NativeLauncher } from "../../ffi/launcher/launcher.ts";
import type { SyscallRecord } from "../../ffi/record.ts";
import { syscall, trySyscall } from "../../ffi/syscall.ts";
import { exitStatus } from "./processes.ts";

/** How to run the init program of an architecture here. */
export interface InitRunner {
  readonly arch: keyof typeof INIT;
  /** The emulator it needs, if any. */
  readonly emulator?: string;
}

/** The runner of this machine, and QEMU's where it is installed. */
export function initRunners(): InitRunner[] {
  const runners: InitRunner[] = [{ arch: Deno.build.arch }];
  const emulator = "/usr/bin/qemu-aarch64";
  if (Deno.build.arch !== "aarch64" && exists(emulator)) {
    runners.push({ arch: "aarch64", emulator });
  }
  return runners;
}

/** What to run under init. */
export interface InitOptions {
  readonly command: readonly string[];
  /** Its own name, which decides what it does; by default docker-init. */
  readonly as?: "exec";
  readonly environment?: readonly string[];
  /** Calls to make before init is executed. */
  readonly before?: readonly SyscallRecord[];
  readonly cloneFlags?: bigint;
  readonly withoutReport?: boolean;
}

/** Init, running. */
export class RunningInit implements Disposable {
  readonly #folder: string;
  readonly #disposables = new DisposableStack();
  readonly #output: Fd;
  readonly #report: Fd;
  readonly #input: Fd;
  readonly #pidfd: Fd;
  /** In our pid namespace. */
  readonly pid: number;

  constructor(runner: InitRunner, options: InitOptions) {
    this.#folder = Deno.makeTempDirSync();
    this.#disposables.defer(() =>
      Deno.removeSync(this.#folder, { recursive: true })
    );
    const program = `${this.#folder}/docker-init`;
    Deno.writeFileSync(program, Uint8Array.fromHex(INIT[runner.arch].hex), {
      mode: 0o755,
    });
    const input = this.#disposables.use(createPipe());
    const output = this.#disposables.use(createPipe());
    const report = this.#disposables.use(createPipe());
    const { emulator } = runner;
    const name = options.as ?? program;
    const words = [
      ...(emulator === undefined ? [name] : [emulator, "-0", name, program]),
      ...(options.as === undefined ? ["--"] : []),
      ...options.command,
    ];
    const place = (end: Fd, number: number): SyscallRecord => ({
      call: "dup3",
      args: [end.number, number, 0],
    });
    const launcher = this.#disposables.use(new NativeLauncher());
    const launched = launcher.launch({
      cloneFlags: options.cloneFlags ?? 0n,
      records: [
        place(input.readable, 0),
        place(output.writable, 1),
        ...(options.withoutReport ? [] : [place(report.writable, 3)]),
        ...(options.before ?? []),
        ...RESET_SIGNALS,
        UNBLOCK_SIGNALS,
        {
          call: "execve",
          args: [emulator ?? program, { words: [...words, 0] }, {
            words: [...(options.environment ?? ["PATH=/usr/bin:/bin"]), 0],
          }],
        },
      ],
      results: new Map(),
    });
    input.readable[Symbol.dispose]();
    output.writable[Symbol.dispose]();
    report.writable[Symbol.dispose]();
    assert.ok(launched.kind === "started", Deno.inspect(launched));
    this.pid = launched.pid;
    this.#pidfd = this.#disposables.use(launched.pidfd);
    this.#output = output.readable;
    this.#report = report.readable;
    this.#input = input.writable;
  }

  /** The error number from descriptor 3; 0 once COMMAND has been executed. */
  report(): number {
    const bytes = readAllSync(this.#report);
    if (bytes.length === 0) return 0;
    assert.equal(bytes.length, 4);
    return new DataView(bytes.buffer).getInt32(0, LITTLE_ENDIAN);
  }

  /** Everything COMMAND and its children print, until all have ended. */
  output(): string {
    return new TextDecoder().decode(readAllSync(this.#output));
  }

  /** The next line printed. */
  line(): string {
    const byte = new Uint8Array(1);
    let text = "";
    for (;;) {
      const end = syscall("read", this.#output.number, byte, 1) === 0;
      const character = String.fromCharCode(byte[0] ?? 0);
      if (end || character === "\n") return text;
      text += character;
    }
  }

  /** Ends COMMAND's standard input. */
  closeInput(): void {
    this.#input[Symbol.dispose]();
  }

  kill(signal: number): void {
    sendSignal(this.#pidfd, signal);
  }

  /** Waits for the end. */
  status(): number {
    return exitStatus(this.#pidfd);
  }

  /** Lets a failed test leave nothing that runs. */
  #end(): void {
    if (!this.#pidfd.isOpen) return;
    for (const child of this.children()) {
      trySyscall("kill", child, SIGNALS.SIGKILL);
    }
    this.kill(SIGNALS.SIGKILL);
    this.status();
  }

  /** Init's children, in our pid namespace. */
  children(): number[] {
    const path = `/proc/${this.pid}/task/${this.pid}/children`;
    return Deno.readTextFileSync(path).split(" ").filter((word) => word !== "")
      .map(Number);
  }

  [Symbol.dispose](): void {
    this.#end();
    this.#disposables.dispose();
  }
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
