/**
 * Archives as results: on stdout, or in a file.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import {
  AT_FDCWD,
  O_CREAT,
  O_EXCL,
  O_WRONLY,
} from "../../../ffi/constants/fcntl.ts";
import {
  describeErrno,
  isSyscallError,
  SyscallError,
} from "../../../ffi/errno.ts";
import { HostError, UsageError } from "../../base/errors.ts";
import { isDirectoryAt } from "../../base/path_exists.ts";
import { removePath } from "../../base/remove_tree.ts";
import { endTidily } from "../../storage/tidy_end.ts";
import { noteBegun, noteFinished } from "../../storage/unfinished.ts";
import type { Host } from "../context.ts";
import { OutputClosedError } from "../errors.ts";
import type { StringFlag } from "../flag.ts";

/** The flag that names the file. */
export const OUTPUT_FLAG = {
  type: "string",
  long: "output",
  short: "o",
  placeholder: "file",
  description: "Write to a file, which appears once it is whole",
} as const satisfies StringFlag;

const STDOUT = 1;
const NEW_FILE = O_WRONLY | O_CREAT | O_EXCL;
const FILE_MODE = 0o600;

/**
 * Refuses to show an archive to a person; before anything is done for it.
 *
 * @param output What the flag says, if it is given.
 * @throws {UsageError} In docker's words, if it would go to a terminal.
 */
export function assertNoTerminal(
  output: string | undefined,
  host: Pick<Host, "stdoutIsTerminal">,
): void {
  if (output !== undefined || !host.stdoutIsTerminal()) return;
  throw new UsageError(
    "cowardly refusing to save to a terminal. Use the -o flag or redirect",
  );
}

/**
 * Writes an archive to the file that the flag names, without it to stdout.
 *
 * @param cwd What the file is relative to; absolute.
 * @throws {Error} As of {@linkcode writeArchiveFile} and
 * {@linkcode writeArchiveToStdout}.
 */
export async function writeArchiveOutput(
  output: string | undefined,
  cwd: string,
  write: (fd: number) => Promise<void>,
): Promise<void> {
  if (output === undefined) await writeArchiveToStdout(write);
  else await writeArchiveFile(output, cwd, write);
}

/**
 * Writes an archive to stdout.
 *
 * @param write Writes it to a descriptor.
 * @throws {OutputClosedError} If nobody reads it.
 */
export async function writeArchiveToStdout(
  write: (fd: number) => Promise<void>,
): Promise<void> {
  try {
    await write(STDOUT);
  } catch (error) {
    if (isSyscallError(error, "EPIPE")) {
      throw new OutputClosedError("Nobody reads stdout", { cause: error });
    }
    throw error;
  }
}

/**
 * Writes an archive to a file, which has its name once it is whole; another
 * one of that name is there until then.
 *
 * @param path As the user gave it.
 * @param cwd What it is relative to; absolute.
 * @throws {UsageError} If the path is empty or leads to a directory.
 * @throws {HostError} If it cannot be written.
 */
export async function writeArchiveFile(
  path: string,
  cwd: string,
  write: (fd: number) => Promise<void>,
): Promise<void> {
  if (path === "") {
    throw new UsageError(
      'invalid argument "" for "--output" flag: it is empty',
    );
  }
  const absolute = path.startsWith("/") ? path : `${cwd}/${path}`;
  // Found out before all is written, not by the rename at the end.
  if (isDirectoryAt(absolute)) {
    throw new UsageError(`cannot write "${path}": it is a directory`, {
      advice: `a file in it: --output ${path.replace(/\/+$/, "")}/NAME.tar`,
    });
  }
  try {
    // A device or a fifo is written to; its name is not taken from it.
    if (isSpecial(absolute)) {
      using file = openat(AT_FDCWD, absolute, O_WRONLY);
      await write(file.number);
    } else {
      await replaceFile(absolute, write);
    }
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw new HostError(
      `Cannot write "${path}": ${describeErrno(error.errno)}`,
      {
        cause: error,
        // It need not be our own disk that is full.
        ...(error.code === "ENOSPC"
          ? { advice: "--output on a disk with more room" }
          : {}),
      },
    );
  }
}

/** Ctrl-C, too, leaves nothing of a file that is not whole. */
async function replaceFile(
  path: string,
  write: (fd: number) => Promise<void>,
): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}`;
  using _tidy = endTidily();
  using file = openat(AT_FDCWD, temporary, NEW_FILE, FILE_MODE);
  using _begun = removedUnlessRenamed(temporary);
  await write(file.number);
  await Deno.rename(temporary, path);
}

function removedUnlessRenamed(temporary: string): Disposable {
  const work = {
    [Symbol.dispose](): void {
      noteFinished(work);
      removePath(temporary);
    },
  };
  noteBegun(work);
  return work;
}

function isSpecial(path: string): boolean {
  try {
    return !Deno.statSync(path).isFile;
  } catch (error) {
    // Whoever opens it tells what is wrong with it.
    if (error instanceof Error && "code" in error) return false;
    throw error;
  }
}
