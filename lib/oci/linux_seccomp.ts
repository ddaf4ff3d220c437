/**
 * `linux.seccomp` of a runtime specification: which system calls a program may
 * make. Types only.
 *
 * @module
 * @see runtime-spec 1.2, config-linux.md, "Seccomp"
 */

/** A policy. */
export interface LinuxSeccomp {
  /** For calls that no rule decides. */
  readonly defaultAction: SeccompAction;
  /** Error number of the default action where it returns one; absent is EPERM. */
  readonly defaultErrnoRet?: number;
  /** Besides the kernel's own; calls of any other end the process. */
  readonly architectures?: readonly SeccompArchitecture[];
  readonly flags?: readonly SeccompFlag[];
  readonly syscalls?: readonly SeccompRule[];
}

/** What becomes of a call. */
export type SeccompAction =
  | "SCMP_ACT_KILL"
  | "SCMP_ACT_KILL_PROCESS"
  | "SCMP_ACT_KILL_THREAD"
  | "SCMP_ACT_TRAP"
  | "SCMP_ACT_ERRNO"
  | "SCMP_ACT_TRACE"
  | "SCMP_ACT_LOG"
  | "SCMP_ACT_ALLOW"
  | "SCMP_ACT_NOTIFY";

/** An instruction set and calling convention. */
export type SeccompArchitecture =
  | "SCMP_ARCH_X86"
  | "SCMP_ARCH_X86_64"
  | "SCMP_ARCH_X32"
  | "SCMP_ARCH_ARM"
  | "SCMP_ARCH_AARCH64";

/** How the filter is installed. @see seccomp(2) */
export type SeccompFlag =
  | "SECCOMP_FILTER_FLAG_TSYNC"
  | "SECCOMP_FILTER_FLAG_LOG"
  | "SECCOMP_FILTER_FLAG_SPEC_ALLOW"
  | "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV";

/** What becomes of some calls. */
export interface SeccompRule {
  /** Calls that the architecture does not have are passed over. */
  readonly names: readonly string[];
  readonly action: SeccompAction;
  /** Error number; absent is EPERM. */
  readonly errnoRet?: number;
  /** All must hold; none means always. */
  readonly args?: readonly SeccompArgument[];
}

/** A condition on one argument. */
export interface SeccompArgument {
  /** 0 to 5. */
  readonly index: number;
  /** 64 bits. */
  readonly value: number | bigint;
  /** What the masked argument is compared with, for `SCMP_CMP_MASKED_EQ`. */
  readonly valueTwo?: number | bigint;
  readonly op: SeccompOperator;
}

/** Unsigned 64-bit comparisons. */
export type SeccompOperator =
  | "SCMP_CMP_NE"
  | "SCMP_CMP_LT"
  | "SCMP_CMP_LE"
  | "SCMP_CMP_EQ"
  | "SCMP_CMP_GE"
  | "SCMP_CMP_GT"
  | "SCMP_CMP_MASKED_EQ";
