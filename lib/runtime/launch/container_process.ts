/**
 * A started container, whichever way it was launched. Types only.
 *
 * @module
 */
import type { Pipe } from "../../../ffi/calls/pipe.ts";
import type { WaitStatus } from "../../../ffi/calls/process.ts";
import type { Fd } from "../../../ffi/fd.ts";
import type { NativeLauncher } from "../../../ffi/launcher/launcher.ts";
import type { Results } from "../../../ffi/record.ts";
import type { StepOutcome } from "../rootfs/prepare.ts";
import type { PrivateMounts } from "../rootfs/private_mounts.ts";
import type { LaunchPlan } from "../plan/step.ts";

/** Process 1 of a container, seen from its parent. */
export interface ContainerProcess {
  /** In the caller's pid namespace. */
  readonly pid: number;
  /** Can be polled for its end until it is waited for; absent if Deno waits. */
  readonly pidfd: Fd | undefined;
  /** Waits until it ends and reaps it; to be called once. */
  wait(): Promise<WaitStatus>;
  /**
   * Sends it a signal.
   *
   * @throws {SyscallError} `ESRCH` if it has been waited for.
   */
  signal(number: number): void;
}

/** Whether each step of the new process is timed and reported. */
export type Tracing = "off" | "steps";

/** What an executor is given; its caller is in the private mount namespace. */
export interface LaunchAttempt {
  readonly plan: LaunchPlan;
  /** Descriptors the steps refer to, from the caller and from preparing. */
  readonly results: Results;
  /** Its write end is the result `status`; the executor closes that end. */
  readonly status: Pipe;
  /** Where it is; whatever is waited for is waited for outside. */
  readonly mounts: Pick<PrivateMounts, "outside">;
  readonly tracing: Tracing;
  /** What makes calls natively, or why nothing does. */
  readonly native: NativeLauncher | { readonly reason: string };
  /** Called if the process is born into a new user namespace, before its steps. */
  onBorn?(pid: number): void;
}

/** What became of it. */
export type LaunchOutcome =
  | {
    readonly kind: "started";
    readonly process: ContainerProcess;
    /** By step, if tracing; the last is the successful execve(2). */
    readonly steps: readonly StepOutcome[];
  }
  | {
    readonly kind: "failed";
    /** Index of the failing step. */
    readonly index: number;
    readonly errno: number;
  }
  | {
    /** All steps were made, but then the init program got no further. */
    readonly kind: "refused";
    /** Why the program could not be executed. */
    readonly errno: number;
  }
  /** This executor does not work here; another one may. */
  | { readonly kind: "unavailable"; readonly reason: string };

/** A way to run a plan. */
export type Executor = (
  attempt: LaunchAttempt,
) => LaunchOutcome | Promise<LaunchOutcome>;
