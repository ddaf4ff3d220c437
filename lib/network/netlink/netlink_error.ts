/**
 * A request that the kernel has refused.
 *
 * @module
 */
import type { ErrnoName } from "../../../ffi/constants/errno.ts";
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

const EPERM = 1;

function adviceFor(errno: number): string | undefined {
  return errno === EPERM
    ? "run it as root, with the capability CAP_NET_ADMIN"
    : undefined;
}
