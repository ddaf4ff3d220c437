/**
 * Files that people write for us, wherever they say. What is there may be
 * anything: a fifo would be waited for, and a device may have no end.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { fstat } from "../../ffi/calls/stat.ts";
import { AT_FDCWD, O_NONBLOCK, O_RDONLY } from "../../ffi/constants/fcntl.ts";
import { S_IFDIR, S_IFMT, S_IFREG } from "../../ffi/constants/stat.ts";
import {
  describeErrno,
  isSyscallError,
  SyscallError,
} from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { formatByteSize } from "./byte_size.ts";
import { HostError } from "./errors.ts";

/** Far more than anybody writes. */
const MAX_BYTES = 16 * 1024 * 1024;

/**
 * Reads a file of settings.
 *
 * @returns Its text, or `undefined` if there is no such file.
 * @throws {HostError} If it is not a regular file, larger than 16 MiB, or
 * cannot be read.
 */
export function readSettingsFile(path: string): string | undefined {
  try {
    using file = open(path);
    if (file === undefined) return undefined;
    const { mode, sizeBytes } = fstat(file.number);
    const type = mode & S_IFMT;
    if (type !== S_IFREG) {
      const what = type === S_IFDIR ? "a directory" : "no regular file";
      throw new HostError(`Cannot read "${path}": it is ${what}`);
    }
    if (sizeBytes > MAX_BYTES) {
      const size = formatByteSize(sizeBytes);
      throw new HostError(`Cannot read "${path}": it has ${size}`);
    }
    return Deno.readTextFileSync(file.path);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    throw new HostError(
      `Cannot read "${path}": ${describeErrno(error.errno)}`,
      { cause: error },
    );
  }
}

function open(path: string): Fd | undefined {
  try {
    return openat(AT_FDCWD, path, O_RDONLY | O_NONBLOCK);
  } catch (error) {
    if (isSyscallError(error, "ENOENT")) return undefined;
    throw error;
  }
}
