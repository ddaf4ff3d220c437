/**
 * The errors a caller may decide on. Everything else about a failure is a
 * field or a cause; `lib/cli/app.ts` alone turns them into text and status.
 *
 * @module
 */

/** What an error may carry besides its message. */
export interface ErrorDetails extends ErrorOptions {
  /** What the user can do about it, as a phrase: `run it with sudo`. */
  readonly advice?: string;
}

/** The base of tsdocker's own errors. */
export class TsdockerError extends Error {
  /** What the user can do about it, if we know. */
  readonly advice: string | undefined;

  /** @param message What was attempted, on what, and why it failed. */
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details);
    this.name = new.target.name;
    this.advice = details.advice;
  }
}

/** The command line is wrong: an unknown flag, a bad value. */
export class UsageError extends TsdockerError {}

/** Something named does not exist. */
export class NotFoundError extends TsdockerError {}

/** Something asked for exists already, or is in use. */
export class ConflictError extends TsdockerError {}

/** The host or the caller cannot do what is needed: not root, no overlayfs. */
export class HostError extends TsdockerError {}

/** Data from outside is malformed or does not match its digest. */
export class IntegrityError extends TsdockerError {}

/** A runtime specification that cannot be carried out. */
export class SpecError extends TsdockerError {
  /** @param pointer JSON pointer to the member at fault (RFC 6901). */
  constructor(
    readonly pointer: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details);
  }
}

/** An operation that the container's status does not allow. */
export class InvalidStateError extends TsdockerError {
  /**
   * @param id The container.
   * @param operation What was asked, such as `remove`.
   * @param actual The status it has.
   */
  constructor(
    readonly id: string,
    readonly operation: string,
    readonly actual: string,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details);
  }
}

/** Why a container's program did not start. */
export type StartFailure = "not-found" | "not-executable" | "setup";

/** The container's program could not be started. */
export class StartError extends TsdockerError {
  /** @param reason Decides between the exit statuses 127, 126 and 125. */
  constructor(
    readonly reason: StartFailure,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(message, details);
  }
}

const START_STATUS: Readonly<Record<StartFailure, number>> = {
  "not-found": 127,
  "not-executable": 126,
  "setup": 125,
};

/** The exit status of a container that could not be started, as in a shell. */
export function startStatus(error: unknown): number {
  const reason = error instanceof StartError ? error.reason : "setup";
  return START_STATUS[reason];
}
