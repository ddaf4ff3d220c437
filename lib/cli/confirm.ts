/**
 * Asks before what cannot be undone.
 *
 * @module
 */
import type { CommandContext } from "./context.ts";
import type { BooleanFlag } from "./flag.ts";

/** `-f`, for who does not want to be asked. */
export const FORCE_FLAG = {
  type: "boolean",
  long: "force",
  short: "f",
  description: "Do not ask for confirmation",
} as const satisfies BooleanFlag;

/** `--dry-run`, for who wants to know first. */
export const DRY_RUN_FLAG = {
  type: "boolean",
  long: "dry-run",
  description: "Print what would be removed, and remove nothing",
} as const satisfies BooleanFlag;

const LONGEST_ANSWER_BYTES = 64;

/**
 * Asks on stderr and reads a line of stdin. Blocks.
 *
 * @param warning What is going to happen.
 * @returns Whether the answer begins with `y`; not at the end of stdin.
 */
export function confirm(
  warning: string,
  { stderr }: Pick<CommandContext, "stderr">,
  read: (buffer: Uint8Array) => number | null = (buffer) =>
    Deno.stdin.readSync(buffer),
): boolean {
  stderr.write(
    `WARNING! ${warning}\nAre you sure you want to continue? [y/N] `,
  );
  const buffer = new Uint8Array(LONGEST_ANSWER_BYTES);
  const answer = buffer.subarray(0, read(buffer) ?? 0);
  return /^\s*y/i.test(new TextDecoder().decode(answer));
}
