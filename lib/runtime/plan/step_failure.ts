/**
 * What the user is told of a step that the kernel refuses.
 *
 * @module
 */
import { describeErrno } from "../../../ffi/errno.ts";
import { StartError } from "../../base/errors.ts";
import { describeStep } from "./describe.ts";
import type { ChildStep, PrepareStep } from "./step.ts";

/** What is known of the failure. */
export interface StepRefusal extends ErrorOptions {
  /** Positive. */
  readonly errno: number;
  /** What the step is part of, after "Cannot": `start the container`. */
  readonly whole: string;
}

/**
 * The error for a step that fails. It names what the step attempts for the
 * user, or else the system call, for which a host is more likely to blame.
 */
export function stepFailure(
  step: PrepareStep | ChildStep,
  { errno, whole, ...options }: StepRefusal,
): StartError {
  const reason = describeErrno(errno);
  if (step.attempt !== undefined) {
    const message = `Cannot ${step.attempt}: ${reason}`;
    return new StartError(step.reason ?? "setup", message, options);
  }
  return new StartError(
    step.reason ?? "setup",
    `Cannot ${whole}: ${describeStep(step)}: ${reason}`,
    { ...options, advice: "tsdocker doctor" },
  );
}
