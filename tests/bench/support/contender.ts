/**
 * What is measured: programs that start the same container from the same
 * image, each with a place of its own for its files.
 *
 * @module
 */

import type { Fd } from "../../../ffi/fd.ts";
import { withinNetwork } from "../../../lib/network/network_namespace.ts";

/** A command to be timed as a whole process. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The network namespace it runs in; if absent, that of who runs it. */
  readonly network?: Fd;
}

/** A program in the race. */
export interface Contender extends AsyncDisposable {
  readonly name: string;
  /** Its version, as it tells it. */
  readonly version: string;
  /** The command of a round, or several, one after the other. */
  command(round: number): Command | readonly Command[];
  /** What has to be done after a round, which is not counted. */
  after?(round: number): Promise<void>;
}

/** A program that cannot take part, and why. */
export interface Absentee {
  readonly name: string;
  readonly reason: string;
}

/**
 * Starts a command without input.
 *
 * @param streams What becomes of what it writes.
 */
export function start(
  { program, args, env, network }: Command,
  streams: Readonly<Record<"stdout" | "stderr", "piped" | "null">>,
): Deno.ChildProcess {
  const command = new Deno.Command(program, {
    args: [...args],
    env: { ...env },
    stdin: "null",
    ...streams,
  });
  return network === undefined
    ? command.spawn()
    : withinNetwork(network, () => command.spawn());
}

/** Runs a program to its end, and gives its output; it must succeed. */
export function outputOf(
  program: string,
  ...args: string[]
): Promise<string> {
  return read({ program, args });
}

/** Runs a command to its end, and gives its output; it must succeed. */
export function read(command: Command): Promise<string> {
  return finish(command, "piped");
}

/** Performs a command without input or output; it must succeed. */
export async function perform(command: Command): Promise<void> {
  await finish(command, "null");
}

async function finish(
  command: Command,
  output: "piped" | "null",
): Promise<string> {
  const process = start(command, { stdout: output, stderr: "piped" });
  const ended = await process.output();
  const decoder = new TextDecoder();
  if (ended.success) {
    return output === "piped" ? decoder.decode(ended.stdout) : "";
  }
  const line = [command.program, ...command.args].join(" ");
  throw new Error(`${line}: ${decoder.decode(ended.stderr).trim()}`);
}

/** The first line of what a program says its version is. */
export async function versionOf(program: string): Promise<string> {
  return (await outputOf(program, "--version")).split("\n")[0]?.trim() ?? "";
}

/** A directory that is gone when disposed of. */
export class Scratch implements AsyncDisposable {
  private constructor(readonly path: string) {}

  /** Makes one on a disk: overlayfs may refuse an upper directory in memory. */
  static async make(): Promise<Scratch> {
    return new Scratch(
      await Deno.makeTempDir({ dir: "/var/tmp", prefix: "bench-" }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}
