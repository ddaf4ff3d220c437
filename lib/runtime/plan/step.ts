/**
 * What a plan is made of: system calls, each with the reason it is there.
 *
 * @module
 */
import type {
  RecordArgument,
  Symbolic,
  SyscallRecord,
} from "../../../ffi/record.ts";
import type { StartFailure } from "../../base/errors.ts";

/**
 * A path inside the container's root, resolved beneath it at the moment of the
 * call and passed as a `/proc/self/fd` link, so that no symbolic link in the
 * image can lead the call elsewhere.
 */
export interface Beneath {
  /** Absolute path inside the container. */
  readonly beneath: string;
  /** What to create if it is missing; `like` copies the kind of a result. */
  readonly create?: "directory" | "file" | { readonly like: string };
  /** A name in that directory for the call itself to create or to follow. */
  readonly leaf?: string;
}

/** Text in which descriptors are named by their path, `/proc/self/fd/N`. */
export interface Composed {
  readonly composed: readonly (string | { readonly result: string })[];
}

/** What people are told of a step. */
interface Explained {
  /** Why it is needed, and why here if the order matters. */
  readonly why: string;
  /**
   * What it does with a value of the user's, after "Cannot". An error says this
   * in place of the call, as the value is more likely to blame than the host.
   */
  readonly attempt?: string;
  /** What its failure means for the exit status; absent means `setup`. */
  readonly reason?: StartFailure;
}

/** An argument of a step made in TypeScript. */
export type PrepareArgument = RecordArgument | Beneath | Composed;

/** A step made in TypeScript in the caller's private mount namespace. */
export interface PrepareStep extends Omit<SyscallRecord, "args">, Explained {
  readonly args: readonly PrepareArgument[];
  /** Whether it puts something back, which a failure before it must not prevent. */
  readonly always?: "also on failure";
}

/** A step made in the new process, by the native launcher or by `init`. */
export interface ChildStep extends SyscallRecord, Explained {}

/** Everything between a runtime specification and a running process. */
export interface LaunchPlan {
  /** Made first, in the caller's private mount namespace. */
  readonly prepare: readonly PrepareStep[];
  /** Flags of clone3(2): the namespaces the process is born into. */
  readonly clone: Symbolic;
  /**
   * The result that is a cgroup v2 directory the process is born into. An
   * executor that cannot do that has it join before the first step.
   */
  readonly cgroup?: string;
  /** The result that is a pid namespace the process is born into. */
  readonly pidNamespace?: string;
  /** Lines of `uid_map` and `gid_map` for its new user namespace. */
  readonly idMaps?: { readonly uid: string; readonly gid: string };
  /** Made by the new process; the last one is execve(2). */
  readonly child: readonly ChildStep[];
}

/** Whether an argument is a path to resolve beneath the root. */
export function isBeneath(
  argument: PrepareArgument,
): argument is Beneath {
  return typeof argument === "object" && argument !== null &&
    "beneath" in argument;
}

/** Whether an argument is text to be put together at the moment of the call. */
export function isComposed(argument: PrepareArgument): argument is Composed {
  return typeof argument === "object" && argument !== null &&
    "composed" in argument;
}
