/**
 * Makes the steps of a plan that come before the process, in the caller's
 * private mount namespace.
 *
 * @module
 */
import { Arena } from "../../../ffi/arena.ts";
import { fstat, isDirectory } from "../../../ffi/calls/stat.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import { lookUp, performIn } from "../../../ffi/perform.ts";
import type { RecordArgument, Results } from "../../../ffi/record.ts";
import { openInRoot } from "../../base/open_in_root.ts";
import {
  type Beneath,
  type Composed,
  isBeneath,
  isComposed,
  type PrepareArgument,
  type PrepareStep,
} from "../plan/step.ts";
import { stepFailure } from "../plan/step_failure.ts";
import { createInRoot } from "./secure_path.ts";
import { O_PATH } from "../../../ffi/constants/fcntl.ts";

/** Calls whose result is a setting; any other that is named is a descriptor. */
const SETTINGS: ReadonlySet<string> = new Set([
  "umask",
  "prctl",
  "setfsuid",
  "setfsgid",
]);

/** What a step did. */
export interface StepOutcome {
  /** What the kernel returned; a negated error number if that is tolerated. */
  readonly result: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
}

/**
 * Makes the steps in order, on the calling thread, which must be able to
 * leave its mount namespace again (`PrivateMounts`).
 *
 * @param results Where steps leave their results; descriptors among them.
 * @param owner Takes every descriptor that a step opens.
 * @returns What each step did.
 * @throws {StartError} If the kernel refuses one; what is mounted by then goes
 * away with the namespace.
 */
export function prepare(
  steps: readonly PrepareStep[],
  results: Results,
  owner: DisposableStack,
): StepOutcome[] {
  using arena = new Arena();
  const state: PrepareState = { arena, results, owner };
  const outcomes: StepOutcome[] = [];
  try {
    for (const step of steps) {
      const start = performance.now();
      const result = prepareStep(step, state);
      outcomes.push({ result, ms: performance.now() - start });
    }
  } catch (error) {
    putBack(steps.slice(outcomes.length + 1), state);
    throw error;
  }
  return outcomes;
}

/** Makes the steps that put back what a step before the failed one changed. */
function putBack(steps: readonly PrepareStep[], state: PrepareState): void {
  for (const step of steps) {
    const isDue = step.args.every((argument) =>
      typeof argument !== "object" || argument === null ||
      !("result" in argument) || state.results.has(argument.result)
    );
    if (step.always !== undefined && isDue) prepareStep(step, state);
  }
}

interface PrepareState {
  readonly arena: Arena;
  readonly results: Results;
  readonly owner: DisposableStack;
}

function prepareStep(
  step: PrepareStep,
  { arena, results, owner }: PrepareState,
): number {
  using opened = new DisposableStack();
  try {
    const args = step.args.map((argument) =>
      toRecordArgument(argument, results, opened)
    );
    const result = performIn(arena, { ...step, args }, results);
    if (step.as !== undefined && !SETTINGS.has(step.call) && result >= 0) {
      owner.use(new Fd(result));
    }
    return result;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    // A path that is not there may be as good as a refused call.
    if (tolerates(step, error.errno)) return -error.errno;
    throw stepFailure(step, {
      errno: error.errno,
      whole: "prepare the container",
      cause: error,
    });
  }
}

function toRecordArgument(
  argument: PrepareArgument,
  results: Results,
  opened: DisposableStack,
): RecordArgument {
  if (isBeneath(argument)) return resolve(argument, results, opened);
  return isComposed(argument) ? compose(argument, results) : argument;
}

function compose({ composed }: Composed, results: Results): string {
  return composed.map((part) =>
    typeof part === "string"
      ? part
      : `/proc/self/fd/${lookUp(results, part.result)}`
  ).join("");
}

function tolerates(step: PrepareStep, errno: number): boolean {
  return step.tolerate?.some((name) => ERRNO[name] === errno) ?? false;
}

/** A path beneath the root, as a link to its descriptor. */
function resolve(
  path: Beneath,
  results: Results,
  opened: DisposableStack,
): string {
  const root = new Fd(lookUp(results, "root"));
  try {
    const fd = opened.use(openBeneath(root, path, results));
    return path.leaf === undefined ? fd.path : `${fd.path}/${path.leaf}`;
  } finally {
    // It belongs to the results, not to us.
    root.release();
  }
}

function openBeneath(root: Fd, path: Beneath, results: Results): Fd {
  if (path.create === undefined) {
    return openInRoot(root.number, path.beneath, O_PATH);
  }
  return createInRoot(root, path.beneath, kindToCreate(path.create, results));
}

function kindToCreate(
  create: NonNullable<Beneath["create"]>,
  results: Results,
): "directory" | "file" {
  if (typeof create === "string") return create;
  const like = fstat(lookUp(results, create.like));
  return isDirectory(like) ? "directory" : "file";
}
