/**
 * What is measured: programs that start the same container from the same
 * image, each with a place of its own for its files.
 *
 * @module
 */

/** A command to be timed as a whole process. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
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

/** Runs a command to its end, and gives its output; it must succeed. */
export async function outputOf(
  program: string,
  ...args: string[]
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    stdin: "null",
  }).output();
  const decoder = new TextDecoder();
  if (success) return decoder.decode(stdout);
  throw new Error(
    `${program} ${args.join(" ")}: ${decoder.decode(stderr).trim()}`,
  );
}

/** Performs a command without input or output; it must succeed. */
export async function perform({ program, args, env }: Command): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, {
    args: [...args],
    env: { ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  if (success) return;
  throw new Error(
    `${program} ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`,
  );
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
