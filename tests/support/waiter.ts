/**
 * Runs the waiter in tests, of this architecture or another's in QEMU.
 *
 * @module
 */
import { WAITER } from "../../ffi/waiter/bytes.ts";
import { type InitRunner, initRunners } from "./init.ts";
import { Output } from "./cli.ts";

/** How to run the waiter of an architecture here. */
export type WaiterRunner = InitRunner;

/** The runner of this machine, and QEMU's where it is installed. */
export const waiterRunners: () => WaiterRunner[] = initRunners;

/** A directory with a waiter in it, gone with its scope. */
export class WaiterFile implements Disposable {
  readonly #folder = Deno.makeTempDirSync();
  readonly #runner: WaiterRunner;

  constructor(runner: WaiterRunner) {
    this.#runner = runner;
    const bytes = Uint8Array.fromHex(WAITER[runner.arch].hex);
    Deno.writeFileSync(`${this.#folder}/waiter`, bytes, { mode: 0o755 });
  }

  /** The words that have it wait for a program. */
  commandOf(...program: readonly string[]): [string, ...string[]] {
    const { emulator } = this.#runner;
    const waiter = `${this.#folder}/waiter`;
    return emulator === undefined
      ? [waiter, ...program]
      : [emulator, waiter, ...program];
  }

  /**
   * The words for a shell's script, in which `$n` is the descriptor's number,
   * of two digits.
   */
  script(text: string): [string, ...string[]] {
    const whole = `n=\${1#00000}\n${text}`;
    return this.commandOf("/bin/sh", "-c", whole, "sh", "0000000");
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.#folder, { recursive: true });
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
