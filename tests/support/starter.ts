/**
 * Runs the starter in tests, of this architecture or another's in QEMU, with a
 * shell's script in place of Deno.
 *
 * @module
 */
import {
  starterProgram,
  type StarterTable,
} from "../../ffi/starter/starter.ts";
import { QUICK_COMMANDS } from "../../lib/runtime/launch/self_invocation.ts";
import { type InitRunner, initRunners } from "./init.ts";
import { Output } from "./cli.ts";

/** How to run the starter of an architecture here. */
export type StarterRunner = InitRunner;

/** The runner of this machine, and QEMU's where it is installed. */
export const starterRunners: () => StarterRunner[] = initRunners;

/** What the starter of a test has to know. */
const TABLE: StarterTable = {
  quickCommands: QUICK_COMMANDS,
  rootBase: "/nonexistent/base",
  digest: "digest",
  flags: [],
  quickVariable: "GLIBC_TUNABLES=quick",
  script: 'echo "unpack $0"; printf "%s\\n" "$@"',
};

/** The files there are for the program. */
const LAYOUTS = [...QUICK_COMMANDS, "detached", "main"];

/** A directory with a starter in it, gone with its scope. */
export class StarterFile implements Disposable {
  readonly folder = Deno.makeTempDirSync();
  readonly #runner: StarterRunner;

  constructor(runner: StarterRunner, table: Partial<StarterTable> = {}) {
    this.#runner = runner;
    const bytes = starterProgram({ ...TABLE, ...table }, runner.arch);
    Deno.writeFileSync(this.path, bytes, { mode: 0o755 });
  }

  get path(): string {
    return `${this.folder}/starter`;
  }

  /** The directory in which it looks for the program. */
  get directory(): string {
    return `${this.folder}/${TABLE.digest}`;
  }

  /** Puts a program there: a shell's script. */
  unpack(script: string): void {
    const mark = `${this.directory}/cache/complete`;
    Deno.mkdirSync(`${this.directory}/cache`, { recursive: true, mode: 0o700 });
    const program = `${this.directory}/tsdocker`;
    Deno.writeTextFileSync(program, `#!/bin/sh\n${script}`, { mode: 0o755 });
    Deno.writeTextFileSync(mark, "");
    for (const layout of LAYOUTS) {
      Deno.writeTextFileSync(`${this.directory}/${layout}.js`, "//");
    }
    Deno.utimeSync(mark, 2 ** 32, 2 ** 32);
  }

  /** The words that call it, by a path of its own if it is given one. */
  commandOf(
    words: readonly string[],
    path = this.path,
  ): [string, ...string[]] {
    const { emulator } = this.#runner;
    const base = `TSDOCKER_RUNTIME_DIR=${this.folder}`;
    const prefix = emulator === undefined ? [] : [emulator];
    return ["/usr/bin/env", base, ...prefix, path, ...words];
  }

  /**
   * The words with which it waits for a script, in which `$n` is the descriptor's
   * number, of two digits.
   */
  waitFor(script: string): [string, ...string[]] {
    this.unpack(`n=\${3#00000}\n${script}`);
    return this.commandOf(["run", "-d"]);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.folder, { recursive: true });
  }
}

/** A command that was started, in a group of its own. */
export class Waiting implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly stdout: Output;
  readonly stderr: Output;

  constructor([program, ...args]: readonly [string, ...string[]]) {
    this.#child = new Deno.Command(program, {
      args,
      env: { PATH: "/usr/bin:/bin" },
      clearEnv: true,
      detached: true,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.stdout = new Output(this.#child.stdout, "stdout");
    this.stderr = new Output(this.#child.stderr, "stderr");
  }

  get pid(): number {
    return this.#child.pid;
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Its status, or the signal that has ended it. */
  async end(): Promise<number | Deno.Signal> {
    const { code, signal } = await this.#child.status;
    return signal ?? code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.stdout.cancel(), this.stderr.cancel()]);
  }
}
