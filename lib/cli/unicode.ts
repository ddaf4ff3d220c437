/**
 * Arguments that cannot be passed on as they are. Deno hands them over as
 * text, with a replacement character for every byte that is not UTF-8.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";

const REPLACEMENT = "\uFFFD";

/**
 * Refuses arguments that Deno had to change, rather than give a container
 * others than the user wrote.
 *
 * @param args As Deno has them.
 * @param readCommandLine Reads `/proc/self/cmdline`; called if in doubt.
 * @throws {UsageError} If one is not UTF-8.
 */
export function assertUnicode(
  args: readonly string[],
  readCommandLine: () => Uint8Array,
): void {
  const suspect = args.find((argument) => argument.includes(REPLACEMENT));
  if (suspect === undefined) return;
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    decoder.decode(readCommandLine());
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new UsageError(`the argument "${suspect}" is not UTF-8`, {
      advice: "a file with --env-file or -v for bytes that are no text",
    });
  }
}
