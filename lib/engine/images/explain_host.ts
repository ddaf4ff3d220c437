/**
 * What the host refuses while an image is added, in a line that says what was
 * attempted: a full disk, one that cannot be written to.
 *
 * @module
 */
import { describeErrno, SyscallError } from "../../../ffi/errno.ts";
import { HostError, TsdockerError } from "../../base/errors.ts";

/** Deno's way to name an error number. */
const NUMBERED = /\(os error (\d+)\)/;

/**
 * Does something, and explains what the host refuses.
 *
 * @param attempt What is attempted, such as `Cannot import "x.tar"`.
 * @throws {HostError} In place of an error of the host.
 */
export async function explainingHost<T>(
  attempt: string,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (cause) {
    const why = hostReason(cause);
    if (why === undefined) throw cause;
    throw new HostError(`${attempt}: ${why}`, { cause });
  }
}

/** What the kernel said, if it was the kernel. */
function hostReason(error: unknown): string | undefined {
  if (error instanceof SyscallError) return describeErrno(error.errno);
  if (!(error instanceof Error && "code" in error)) return undefined;
  // It has been explained; what it has is the code of a registry.
  if (error instanceof TsdockerError) return undefined;
  const number = NUMBERED.exec(error.message)?.[1];
  return number === undefined ? undefined : describeErrno(Number(number));
}
