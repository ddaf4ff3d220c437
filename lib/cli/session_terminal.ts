/**
 * What `run` and `exec` ask of the terminal they are called from. Apart, so
 * that neither of them loads the other.
 *
 * @module
 */
import type { RunOptions } from "../engine/run_options.ts";
import type { CommandContext } from "./context.ts";
import { EXIT_STATUS, ExitError } from "./errors.ts";

/** What docker tells who has left something by keys; but for `run`. */
export const LEFT_MESSAGE = "read escape sequence\n";

/**
 * Refuses a terminal session whose input is none, with docker's text and
 * status.
 *
 * @throws {ExitError} If both `-i` and `-t` are given and stdin is no terminal.
 */
export function assertTerminal(
  { interactive, tty }: Pick<RunOptions, "interactive" | "tty">,
  { stdinIsTerminal }: Pick<CommandContext, "stdinIsTerminal">,
): void {
  if (interactive && tty && !stdinIsTerminal()) {
    throw new ExitError(EXIT_STATUS.failure, "the input device is not a TTY");
  }
}
