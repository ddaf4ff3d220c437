/**
 * From a plan to a running process: prepares the mounts, lets an executor
 * make the child's steps, and explains what went wrong.
 *
 * @module
 */
import { createPipe } from "../../../ffi/calls/pipe.ts";
import { Fd } from "../../../ffi/fd.ts";
import { lookUp } from "../../../ffi/perform.ts";
import type { Results } from "../../../ffi/record.ts";
import { HostError, type StartError } from "../../base/errors.ts";
import type { RuntimeSpec } from "../../oci/runtime_spec.ts";
import { stepFailure } from "../plan/step_failure.ts";
import { INIT, STATUS } from "../plan/program.ts";
import type { LaunchPlan } from "../plan/step.ts";
import { TERMINAL } from "../plan/terminal.ts";
import { prepare, type StepOutcome } from "../rootfs/prepare.ts";
import { PrivateMounts } from "../rootfs/private_mounts.ts";
import type {
  ContainerProcess,
  Executor,
  LaunchAttempt,
  LaunchOutcome,
  Tracing,
} from "./container_process.ts";
import { openInitProgram } from "./init_program.ts";
import { launchNative, openNative } from "./native.ts";

/** Which executor runs the plan; `auto` prefers the native one. */
export type LauncherChoice = "auto" | "native" | "reinvoke";

/** What to launch. */
export interface LaunchRequest {
  readonly spec: RuntimeSpec;
  /** Made from `spec`. */
  readonly plan: LaunchPlan;
  /** What the plan expects of its caller, by name; stays the caller's. */
  readonly descriptors: ReadonlyMap<string, Fd>;
  readonly launcher: LauncherChoice;
  readonly tracing: Tracing;
  /**
   * Called when the process is born into a user namespace of its own and waits
   * for its first step. If it throws, the process is ended.
   */
  onBorn?(pid: number): void;
  /**
   * What all of it is for, after "Cannot", in the error for a step that fails.
   * Absent means to start the container.
   */
  readonly purpose?: string;
}

/** A started container. */
export interface Launched {
  readonly process: ContainerProcess;
  /** The master side of its terminal, if it has one; the caller's to close. */
  readonly terminal: Fd | undefined;
  /** The executor that did it. */
  readonly launcher: "native" | "reinvoke";
  /** What each step of `plan.prepare` did, if tracing. */
  readonly prepared: readonly StepOutcome[];
  /** What each step of `plan.child` did, if tracing. */
  readonly made: readonly StepOutcome[];
}

const NOT_ASKED = { reason: "it is not asked for" } as const;

const EXECUTORS: readonly (readonly [Launched["launcher"], Executor])[] = [
  ["native", launchNative],
  ["reinvoke", async (attempt) => {
    const { launchReinvoked } = await attempt.mounts.outside(async () =>
      await import("./reinvoke.ts")
    );
    return await launchReinvoked(attempt);
  }],
];

/**
 * Launches a container. The calling thread is in a private mount namespace
 * meanwhile: no asynchronous file call may be under way.
 *
 * @throws {StartError} If a step fails; nothing is left running or mounted.
 * @throws {HostError} If no executor works on this host.
 */
export async function launch(request: LaunchRequest): Promise<Launched> {
  using init = openInitProgram();
  using mounts = new PrivateMounts();
  using owner = new DisposableStack();
  using status = createPipe();
  const results: Results = new Map([
    [STATUS, status.writable.number],
    [INIT, init.number],
  ]);
  for (const [name, fd] of request.descriptors) results.set(name, fd.number);
  const native = request.launcher === "reinvoke" ? NOT_ASKED : openNative();
  using opened = "reason" in native ? undefined : native;
  const prepared = prepare(
    request.plan.prepare,
    results,
    owner,
    request.tracing === "off" ? opened : undefined,
  );
  const refusals: string[] = [];
  const attempt = { ...request, native, results, status, mounts };
  for (const [name, executor] of candidates(request.launcher)) {
    const outcome = await executor(attempt);
    if (outcome.kind === "unavailable") {
      refusals.push(`${name}: ${outcome.reason}`);
      continue;
    }
    if (outcome.kind !== "started") {
      throw await explain(attempt, outcome);
    }
    const terminal = takeTerminal(results);
    return {
      process: outcome.process,
      terminal,
      launcher: name,
      prepared,
      made: outcome.steps,
    };
  }
  throw new HostError(
    `Cannot start a process in new namespaces (${refusals.join("; ")})`,
    { advice: "tsdocker doctor" },
  );
}

function candidates(choice: LauncherChoice): typeof EXECUTORS {
  return choice === "auto"
    ? EXECUTORS
    : EXECUTORS.filter(([name]) => name === choice);
}

/** A descriptor of its own, as the results' are closed with the scope. */
function takeTerminal(results: Results): Fd | undefined {
  const number = results.get(TERMINAL);
  if (number === undefined) return undefined;
  const shared = new Fd(number);
  try {
    return shared.duplicate();
  } finally {
    shared.release();
  }
}

/**
 * The error for what failed in the child, while the root is mounted. What tells it
 * is loaded outside the private mounts, and looks around within.
 */
async function explain(
  attempt: LaunchRequest & LaunchAttempt,
  outcome: Extract<LaunchOutcome, { kind: "failed" | "refused" }>,
): Promise<StartError> {
  const { plan, spec, purpose = "start the container", results, mounts } =
    attempt;
  const { errno } = outcome;
  const root = new Fd(lookUp(results, "root"));
  try {
    if (outcome.kind === "refused") {
      const { explainExecFailure } = await mounts.outside(loadExplanations);
      return explainExecFailure(root, spec.process, errno);
    }
    const step = plan.child[outcome.index];
    if (step === undefined) {
      throw new TypeError(`The plan has no step ${outcome.index}`);
    }
    if (step.call === "execve" || step.call === "execveat") {
      const { explainInitFailure } = await mounts.outside(loadExplanations);
      return explainInitFailure(root, spec.process, errno);
    }
    return stepFailure(step, { errno, whole: purpose });
  } finally {
    root.release();
  }
}

async function loadExplanations(): Promise<
  typeof import("./exec_failure.ts")
> {
  return await import("./exec_failure.ts");
}
