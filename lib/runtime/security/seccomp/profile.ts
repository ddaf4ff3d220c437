/**
 * A seccomp profile as docker writes it: the policy of `linux.seccomp`, whose
 * rules may depend on capabilities, architecture and kernel. Types only, and
 * plain JSON data: a container's record holds one as it is.
 *
 * @module
 * @see docs.docker.com/engine/security/seccomp
 * @see runtime-spec 1.2, config-linux.md, "Seccomp"
 */
import type { ExactInteger } from "../../../base/json_value.ts";
import type {
  SeccompAction,
  SeccompArchitecture,
  SeccompFlag,
  SeccompOperator,
} from "../../../oci/linux_seccomp.ts";

/** A policy for all hosts and capability sets. */
export interface SeccompProfile {
  /** For calls that no rule decides. */
  readonly defaultAction: SeccompAction;
  /** Error number of the default action where it returns one; absent is EPERM. */
  readonly defaultErrnoRet?: number;
  /** Besides the host's own; absent where `archMap` says it. */
  readonly architectures?: readonly SeccompArchitecture[];
  /** Which architectures to expect on which host. */
  readonly archMap?: readonly ArchitectureFamily[];
  readonly flags?: readonly SeccompFlag[];
  readonly syscalls: readonly ProfileRule[];
}

/** A host's architecture, and those whose programs it runs too. */
export interface ArchitectureFamily {
  readonly architecture: SeccompArchitecture;
  readonly subArchitectures: readonly SeccompArchitecture[];
}

/** What becomes of some calls, and when that rule is in force. */
export interface ProfileRule {
  /** Calls that an architecture does not have are passed over. */
  readonly names: readonly string[];
  readonly action: SeccompAction;
  /** Error number; absent is EPERM. */
  readonly errnoRet?: number;
  /** All must hold, except that those on the same argument are alternatives. */
  readonly args?: readonly ProfileArgument[];
  readonly comment?: string;
  /** In force only where all of this is so. */
  readonly includes?: ProfileCondition;
  /** Not in force where any of this is so. */
  readonly excludes?: ProfileCondition;
}

/** A condition on one argument of a call. */
export interface ProfileArgument {
  /** 0 to 5. */
  readonly index: number;
  readonly value: ExactInteger;
  /** What the masked argument is compared with, for `SCMP_CMP_MASKED_EQ`. */
  readonly valueTwo?: ExactInteger;
  readonly op: SeccompOperator;
}

/** Where a rule is in force, or is not. */
export interface ProfileCondition {
  /** Capabilities of the bounding set, such as `CAP_SYS_ADMIN`. */
  readonly caps?: readonly string[];
  /** Host architectures in docker's spelling, such as `amd64`. */
  readonly arches?: readonly string[];
  /** That kernel or newer. */
  readonly minKernel?: KernelVersion;
}

/** Version and major revision, such as `4.8`. */
export type KernelVersion = `${number}.${number}`;
