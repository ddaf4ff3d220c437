/**
 * Makes the steps of a plan that come before the process, in the caller's
 * private mount namespace.
 *
 * @module
 */
import { Arena } from "../../../ffi/arena.ts";
import { fstat, isDirectory } from "../../../ffi/calls/stat.ts";
import { ERRNO } from "../../../ffi/constants/errno.ts";
import { describeArguments } from "../../../ffi/describe.ts";
import { SyscallError } from "../../../ffi/errno.ts";
import { Fd } from "../../../ffi/fd.ts";
import type { NativeLauncher } from "../../../ffi/launcher/launcher.ts";
import { lookUp, performIn } from "../../../ffi/perform.ts";
import type {
  RecordArgument,
  Results,
  SyscallRecord,
} from "../../../ffi/record.ts";
import type { StartError } from "../../base/errors.ts";
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
 * @param native Makes many of the steps at once, in a fraction of the time;
 * absent where machine code is not allowed, or where each step is watched.
 * @returns What each step did, if they were made one by one.
 * @throws {StartError} If the kernel refuses one; what is mounted by then goes
 * away with the namespace.
 */
export function prepare(
  steps: readonly PrepareStep[],
  results: Results,
  owner: DisposableStack,
  native?: NativeLauncher,
): StepOutcome[] {
  using arena = new Arena();
  const state: PrepareState = { arena, results, owner, made: 0 };
  const outcomes: StepOutcome[] = [];
  try {
    while (state.made < steps.length) {
      const batch = native === undefined ? [] : batchAt(steps, state.made);
      if (native !== undefined && batch.length > 1) {
        prepareBatch(native, batch, state);
        continue;
      }
      const start = performance.now();
      const result = prepareStep(steps[state.made] as PrepareStep, state);
      outcomes.push({ result, ms: performance.now() - start });
      state.made++;
    }
  } catch (error) {
    putBack(steps.slice(state.made + 1), state);
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
  /** How many steps are done. */
  made: number;
}

/** A step whose arguments need nothing of this module. */
type PlainStep = PrepareStep & SyscallRecord;

/**
 * The plain steps in a row from `start` on. One that takes a name again begins
 * another batch: of those before, only what has a name when it ends is closed.
 */
function batchAt(steps: readonly PrepareStep[], start: number): PlainStep[] {
  const batch: PlainStep[] = [];
  const names = new Set<string>();
  for (let index = start; index < steps.length; index++) {
    const step = steps[index];
    if (step === undefined || !isPlain(step)) break;
    if (step.as !== undefined) {
      if (names.has(step.as)) break;
      names.add(step.as);
    }
    batch.push(step);
  }
  return batch;
}

/** Results within arrays and pairs must be known before a batch. */
function isPlain(step: PrepareStep): step is PlainStep {
  return step.args.every((argument) =>
    typeof argument !== "object" || argument === null || "value" in argument ||
    "bytes" in argument || "result" in argument
  );
}

function prepareBatch(
  native: NativeLauncher,
  records: readonly PlainStep[],
  state: PrepareState,
): void {
  const { results } = state;
  const { failure } = native.batch({ records, results });
  const done = failure === undefined
    ? records
    : records.slice(0, failure.index);
  for (const step of done) {
    if (step.as !== undefined) own(step, lookUp(results, step.as), state);
  }
  state.made += done.length;
  const refused = failure && records[failure.index];
  if (failure === undefined || refused === undefined) return;
  if (refused.as !== undefined) results.delete(refused.as);
  const { call } = refused;
  const { errno } = failure;
  const cause = new SyscallError(call, errno, describeArguments(refused));
  throw refusal(refused, cause);
}

/** Has what a step has opened closed with the rest. */
function own(
  { call }: PrepareStep,
  result: number,
  { owner }: PrepareState,
): void {
  if (!SETTINGS.has(call) && result >= 0) owner.use(new Fd(result));
}

function refusal(step: PrepareStep, cause: SyscallError): StartError {
  const { errno } = cause;
  return stepFailure(step, { errno, whole: "prepare the container", cause });
}

function prepareStep(step: PrepareStep, state: PrepareState): number {
  const { arena, results } = state;
  using opened = new DisposableStack();
  try {
    const args = step.args.map((argument) =>
      toRecordArgument(argument, results, opened)
    );
    const result = performIn(arena, { ...step, args }, results);
    if (step.as !== undefined) own(step, result, state);
    return result;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    // A path that is not there may be as good as a refused call.
    if (tolerates(step, error.errno)) return -error.errno;
    throw refusal(step, error);
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
