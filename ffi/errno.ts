/**
 * The error of a failed system call, with the kernel's name for its reason.
 *
 * @module
 */
import { ERRNO, type ErrnoName } from "./constants/errno.ts";

/** What the common errors mean to a person, in the words of `strerror(3)`. */
const MEANINGS: Readonly<Partial<Record<ErrnoName, string>>> = {
  EPERM: "operation not permitted",
  ENOENT: "no such file or directory",
  ESRCH: "no such process",
  EINTR: "interrupted system call",
  EIO: "input/output error",
  E2BIG: "argument list too long",
  ENOEXEC: "exec format error",
  EBADF: "bad file descriptor",
  EAGAIN: "resource temporarily unavailable",
  ENOMEM: "cannot allocate memory",
  EACCES: "permission denied",
  EBUSY: "device or resource busy",
  EEXIST: "file exists",
  EXDEV: "invalid cross-device link",
  ENODEV: "no such device",
  ENOTDIR: "not a directory",
  EISDIR: "is a directory",
  EINVAL: "invalid argument",
  ENFILE: "too many open files in system",
  EMFILE: "too many open files",
  ENOTTY: "inappropriate ioctl for device",
  ETXTBSY: "text file busy",
  EFBIG: "file too large",
  ENOSPC: "no space left on device",
  EROFS: "read-only file system",
  EMLINK: "too many links",
  EPIPE: "broken pipe",
  ERANGE: "numerical result out of range",
  ENAMETOOLONG: "file name too long",
  ENOSYS: "function not implemented",
  ENOTEMPTY: "directory not empty",
  ELOOP: "too many levels of symbolic links",
  ENODATA: "no data available",
  EOVERFLOW: "value too large for defined data type",
  EOPNOTSUPP: "operation not supported",
  EADDRINUSE: "address already in use",
  EDQUOT: "disk quota exceeded",
};

/**
 * The kernel's name for an error number.
 *
 * @param errno Positive error number.
 * @returns Its name, or `undefined` if Linux defines none.
 */
export function errnoName(errno: number): ErrnoName | undefined {
  for (const name in ERRNO) {
    if (ERRNO[name as ErrnoName] === errno) return name as ErrnoName;
  }
  return undefined;
}

/** A system call the kernel refused. */
export class SyscallError extends Error {
  override readonly name = "SyscallError";

  /**
   * @param call The kernel's name of the call, such as `mount`.
   * @param errno Positive error number.
   * @param args Its arguments as a person would read them, already printable.
   */
  constructor(
    readonly call: string,
    readonly errno: number,
    readonly args: string = "",
  ) {
    super(`${call}(${args}): ${describeErrno(errno)}`);
  }

  /** The kernel's name of the error, `undefined` for an unknown number. */
  get code(): ErrnoName | undefined {
    return errnoName(this.errno);
  }
}

/**
 * An error number as a person reads it.
 *
 * @param errno Positive error number.
 * @returns For example `ENOENT (no such file or directory)`.
 */
export function describeErrno(errno: number): string {
  const name = errnoName(errno);
  if (name === undefined) return `errno ${errno}`;
  const meaning = MEANINGS[name];
  return meaning === undefined ? name : `${name} (${meaning})`;
}

/**
 * Whether an error is a system call refused for one of the given reasons.
 *
 * @param error Anything caught.
 * @param codes The reasons to accept; none accepts any `SyscallError`.
 */
export function isSyscallError(
  error: unknown,
  ...codes: ErrnoName[]
): error is SyscallError {
  return error instanceof SyscallError &&
    (codes.length === 0 || codes.some((code) => ERRNO[code] === error.errno));
}
