/**
 * A program whose parent never asks how it has ended, so that every kernel
 * tells others.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  identifyProcess,
  type ProcessIdentity,
} from "../../lib/runtime/process_identity.ts";
import { Output } from "./cli.ts";

/** It and its parent end with its scope, at the latest. */
export class Unreaped implements AsyncDisposable {
  readonly identity: ProcessIdentity;
  readonly #parent: Deno.ChildProcess;
  readonly #output: Output;

  private constructor(
    identity: ProcessIdentity,
    parent: Deno.ChildProcess,
    output: Output,
  ) {
    this.identity = identity;
    this.#parent = parent;
    this.#output = output;
  }

  /**
   * Starts a program.
   *
   * @param script Of a shell, which writes `ready` and then waits for input.
   */
  static async start(script: string): Promise<Unreaped> {
    // The shell becomes a program that knows of no child.
    const parent = new Deno.Command("sh", {
      args: ["-c", `exec 3<&0; (${script}) <&3 & echo $!; exec sleep 1000`],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const output = new Output(parent.stdout, "a script");
    const lines = [await output.line(), await output.line()];
    const pid = Number(lines.find((line) => line !== "ready"));
    const identity = identifyProcess(pid);
    assert.ok(identity);
    return new Unreaped(identity, parent, output);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parent.kill("SIGKILL");
    await this.#parent.status;
    // Without a reader of its input, what is left of the program ends.
    await this.#parent.stdin.close().catch(() => undefined);
    await this.#output.cancel();
  }
}
