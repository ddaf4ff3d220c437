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
import { HostError } from "../../base/errors.ts";
import { removePath } from "../../base/remove_tree.ts";
import { OutputClosedError } from "../errors.ts";

const STDOUT = 1;
const NEW_FILE = O_WRONLY | O_CREAT | O_EXCL;
const FILE_MODE = 0o600;

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
 * @throws {HostError} If it cannot be written.
 */
export async function writeArchiveFile(
  path: string,
  cwd: string,
  write: (fd: number) => Promise<void>,
): Promise<void> {
  const absolute = path.startsWith("/") ? path : `${cwd}/${path}`;
  // A device or a fifo is written to; its name is not taken from it.
  const temporary = isSpecial(absolute)
    ? undefined
    : `${absolute}.${crypto.randomUUID()}`;
  try {
    using file = temporary === undefined
      ? openat(AT_FDCWD, absolute, O_WRONLY)
      : openat(AT_FDCWD, temporary, NEW_FILE, FILE_MODE);
    await write(file.number);
    if (temporary !== undefined) await Deno.rename(temporary, absolute);
  } catch (error) {
    if (temporary !== undefined) removePath(temporary);
    if (!(error instanceof SyscallError)) throw error;
    throw new HostError(
      `Cannot write "${path}": ${describeErrno(error.errno)}`,
      { cause: error },
    );
  }
}

function isSpecial(path: string): boolean {
  try {
    const { isFile, isDirectory } = Deno.statSync(path);
    return !isFile && !isDirectory;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
