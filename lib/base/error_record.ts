/**
 * Errors as data, to tell another process what went wrong in this one.
 *
 * @module
 */
import {
  ConflictError,
  HostError,
  IntegrityError,
  NotFoundError,
  SpecError,
  StartError,
  type StartFailure,
  TsdockerError,
  UsageError,
} from "./errors.ts";

/** An error, as JSON can hold it. */
export interface ErrorRecord {
  /** Name of its class. */
  readonly name: string;
  readonly message: string;
  readonly advice?: string;
  /** Of a {@linkcode StartError}. */
  readonly reason?: StartFailure;
  /** Where it was thrown, for `--debug`. */
  readonly stack?: string;
}

const CLASSES: Readonly<
  Record<string, new (message: string, details: object) => TsdockerError>
> = {
  UsageError,
  NotFoundError,
  ConflictError,
  HostError,
  IntegrityError,
};

/** What of an error another process needs to know. */
export function toErrorRecord(thrown: unknown): ErrorRecord {
  // Of two, the first; the other says that undoing failed as well.
  if (thrown instanceof SuppressedError) {
    return toErrorRecord(thrown.suppressed);
  }
  if (!(thrown instanceof Error)) {
    return { name: "Error", message: String(thrown) };
  }
  const { name, message, stack } = thrown;
  const advice = thrown instanceof TsdockerError ? thrown.advice : undefined;
  const reason = thrown instanceof StartError ? thrown.reason : undefined;
  return {
    name,
    message,
    ...(advice === undefined ? {} : { advice }),
    ...(reason === undefined ? {} : { reason }),
    ...(stack === undefined ? {} : { stack }),
  };
}

/**
 * The error again, of the class it had if that means something to callers.
 *
 * @returns Not thrown; the other process's stack is its cause.
 */
export function fromErrorRecord(record: ErrorRecord): Error {
  const { name, message, advice, reason, stack } = record;
  const cause = new Error(message);
  if (stack !== undefined) cause.stack = stack;
  const details = { cause, ...(advice === undefined ? {} : { advice }) };
  if (reason !== undefined) return new StartError(reason, message, details);
  if (name === "SpecError") return new SpecError("", message, details);
  const known = CLASSES[name];
  if (known !== undefined) return new known(message, details);
  return advice === undefined
    ? new Error(message, { cause })
    : new TsdockerError(message, details);
}
