/**
 * `--pidfile`: the pid of a container's program in a file of the user's.
 *
 * @module
 */
import { unlinkat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import { UsageError } from "../../base/errors.ts";
import type { RunOptions } from "../run_options.ts";

/** A file that can be written; nothing is left of a new one that is not. */
export interface Pidfile extends Disposable {
  /**
   * Writes a pid in place of what is there.
   *
   * @throws {UsageError} If it cannot be written after all, as on a full disk.
   */
  write(pid: number): void;
}

/** The file that a run asks for; as {@linkcode openPidfile} opens it. */
export function pidfileOf(
  { pidfile }: Pick<RunOptions, "pidfile">,
): Pidfile | undefined {
  return pidfile === undefined ? undefined : openPidfile(pidfile);
}

/**
 * Opens the file before the container is started, when there is still time to
 * say that it cannot be written. Unlike a cidfile it may exist already: a
 * service writes the same one at each start.
 *
 * @throws {UsageError} If it cannot be created or written.
 */
export function openPidfile(path: string): Pidfile {
  const { file, isNew } = open(path);
  let isWritten = false;
  return {
    write(pid): void {
      try {
        // What is there may be a device or a pipe.
        if (file.statSync().isFile) file.truncateSync();
        file.writeSync(new TextEncoder().encode(`${pid}\n`));
      } catch (cause) {
        throw unusable(path, cause);
      }
      isWritten = true;
    },
    [Symbol.dispose](): void {
      file.close();
      if (isNew && !isWritten) removeFile(path);
    },
  };
}

function open(path: string): { file: Deno.FsFile; isNew: boolean } {
  try {
    return {
      file: Deno.openSync(path, { write: true, createNew: true }),
      isNew: true,
    };
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) {
      throw unusable(path, error);
    }
  }
  try {
    return { file: Deno.openSync(path, { write: true }), isNew: false };
  } catch (error) {
    throw unusable(path, error);
  }
}

function unusable(path: string, cause: unknown): unknown {
  if (!(cause instanceof Error)) return cause;
  return new UsageError(`Cannot write the pid file "${path}"`, {
    cause,
    advice: "a path in a directory that exists and can be written",
  });
}

/** Not a tree: whoever else may write to the directory may have put one there. */
function removeFile(path: string): void {
  try {
    unlinkat(AT_FDCWD, path);
  } catch (error) {
    if (!isSyscallError(error, "ENOENT", "EISDIR")) throw error;
  }
}
