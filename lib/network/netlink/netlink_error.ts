/**
 * A request that the kernel has refused.
 *
 * @module
 */
import { ERRNO, type ErrnoName } from "../../../ffi/constants/errno.ts";
import { describeErrno, errnoName } from "../../../ffi/errno.ts";
import { TsdockerError } from "../../base/errors.ts";
import type { Acknowledgement } from "./acknowledgement.ts";

/** What was attempted, and why the kernel did not want it. */
export class NetlinkError extends TsdockerError {
  /** Positive error number. */
  readonly errno: number;

  /**
   * @param what What was attempted, to follow "Cannot".
   * @param answer The kernel's.
   */
  constructor(
    readonly what: string,
    readonly answer: Acknowledgement,
  ) {
    const advice = adviceFor(answer.errno);
    super(
      `Cannot ${what}: ${reason(answer)}`,
      advice === undefined ? {} : { advice },
    );
    this.errno = answer.errno;
  }

  /** An error for a request that the kernel has not answered, or not to the end. */
  static unanswered(what: string): NetlinkError {
    return new NetlinkError(what, failure(ERRNO.ENOBUFS));
  }

  /** An error for a list that changes faster than it can be read. */
  static torn(what: string): NetlinkError {
    return new NetlinkError(what, failure(ERRNO.EINTR));
  }

  /** The kernel's name of the error, `undefined` for an unknown number. */
  get code(): ErrnoName | undefined {
    return errnoName(this.errno);
  }
}

/** Whether an error is a request refused for one of the given reasons. */
export function isNetlinkError(
  error: unknown,
  ...codes: readonly ErrnoName[]
): error is NetlinkError {
  return error instanceof NetlinkError && error.code !== undefined &&
    codes.includes(error.code);
}

function failure(errno: number): Acknowledgement {
  const [explanation, offset, missing] = [undefined, undefined, undefined];
  return { errno, explanation, offset, missing };
}

/** The kernel's words if it has any, which say more than the number. */
function reason({ errno, explanation, missing }: Acknowledgement): string {
  const number = describeErrno(errno);
  if (explanation !== undefined) {
    return `${number}: ${explanation.replace(/\.$/, "")}`;
  }
  return missing === undefined
    ? number
    : `${number}: attribute ${missing} is missing`;
}

function adviceFor(errno: number): string | undefined {
  return errno === ERRNO.EPERM
    ? "run it as root, with the capability CAP_NET_ADMIN"
    : undefined;
}
