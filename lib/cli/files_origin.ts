/**
 * What an argument names that files are read from, for the commands that take
 * a directory in place of an archive as well.
 *
 * @module
 */
import type { UsageError } from "../base/errors.ts";
import { isDirectoryAt } from "../base/path_exists.ts";
import {
  type FilesOrigin,
  parseArchiveOrigin,
} from "../storage/archive/origin.ts";
import type { Host } from "./context.ts";

/**
 * Reads a path, a URL, or `-` for stdin, and looks what is at the path.
 *
 * @param refuseTerminal The error for stdin when a person would have to type.
 * @throws {UsageError} That one; or if the text is empty.
 */
export function readFilesOrigin(
  text: string,
  host: Pick<Host, "cwd" | "stdinIsTerminal">,
  refuseTerminal: () => UsageError,
): FilesOrigin {
  const origin = parseArchiveOrigin(text, host.cwd());
  if (origin.kind === "stdin" && host.stdinIsTerminal()) {
    throw refuseTerminal();
  }
  if (origin.kind !== "file" || !isDirectoryAt(origin.path)) return origin;
  return { kind: "directory", path: origin.path };
}
