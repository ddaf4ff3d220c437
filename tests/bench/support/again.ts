/**
 * Running a benchmark's script again, where only it sees what it does.
 *
 * @module
 */

/** Set for the process that has been started by the first. */
const MARK = "TSDOCKER_BENCH_AGAIN";

/** Whether this process is the one that a {@linkcode runAgain} has started. */
export function isAgain(): boolean {
  return Deno.env.get(MARK) !== undefined;
}

/**
 * Runs this script again, with its arguments, and ends as it does.
 *
 * @param wrapper A program and its arguments; it executes what follows them.
 */
export async function runAgain(wrapper: readonly string[]): Promise<void> {
  const [program = "", ...args] = wrapper;
  const { code } = await new Deno.Command(program, {
    args: [
      ...args,
      ...[Deno.execPath(), "run", "-A", Deno.mainModule, ...Deno.args],
    ],
    env: { [MARK]: "1" },
  }).spawn().status;
  Deno.exitCode = code;
}
