/**
 * Actions as the word that a filter returns for them.
 *
 * @module
 * @see Linux include/uapi/linux/seccomp.h, `SECCOMP_RET_…`
 */
import { ERRNO } from "../../../../ffi/constants/errno.ts";
import { SpecError } from "../../../base/errors.ts";
import type { SeccompAction } from "../../../oci/linux_seccomp.ts";

/** What a filter returns for an action; those with data have none here. */
export const SECCOMP_RET = {
  KILL_PROCESS: 0x80000000,
  KILL_THREAD: 0x00000000,
  TRAP: 0x00030000,
  ERRNO: 0x00050000,
  TRACE: 0x7ff00000,
  LOG: 0x7ffc0000,
  ALLOW: 0x7fff0000,
} as const;

/** What the kernel and docker's engines do where nothing else is said. */
const DEFAULT_ERROR = ERRNO.EPERM;
/** The kernel's `MAX_ERRNO`. */
export const MAX_ERRNO = 4095;
/** A tracer gets sixteen bits: `SECCOMP_RET_DATA`. */
export const MAX_TRACE_DATA = 0xffff;

/** Actions whose answer to an unknown call is not an error. */
const PERMISSIVE: readonly SeccompAction[] = [
  "SCMP_ACT_ALLOW",
  "SCMP_ACT_LOG",
  // A tracer answers for new calls itself.
  "SCMP_ACT_TRACE",
];

/** Whether a call of this action may be made, or is left to a tracer. */
export function isPermissive(action: SeccompAction): boolean {
  return PERMISSIVE.includes(action);
}

/**
 * The word of an action, 32 bits without sign.
 *
 * An error number beside an action that has none is passed over, as docker's
 * engines do: profiles are made from others by changing the action alone.
 *
 * @param errnoRet The error number, or what a tracer gets; absent is EPERM.
 * @param pointer Where the action stands.
 * @throws {SpecError} If the number is out of range, or the action would need
 * a listener.
 */
export function actionWord(
  action: SeccompAction,
  errnoRet: number | undefined,
  pointer: string,
): number {
  switch (action) {
    case "SCMP_ACT_KILL":
    case "SCMP_ACT_KILL_THREAD":
      return SECCOMP_RET.KILL_THREAD;
    case "SCMP_ACT_KILL_PROCESS":
      return SECCOMP_RET.KILL_PROCESS;
    case "SCMP_ACT_TRAP":
      return SECCOMP_RET.TRAP;
    case "SCMP_ACT_ERRNO":
      return SECCOMP_RET.ERRNO + dataOf(errnoRet, MAX_ERRNO, pointer);
    case "SCMP_ACT_TRACE":
      return SECCOMP_RET.TRACE + dataOf(errnoRet, MAX_TRACE_DATA, pointer);
    case "SCMP_ACT_LOG":
      return SECCOMP_RET.LOG;
    case "SCMP_ACT_ALLOW":
      return SECCOMP_RET.ALLOW;
    case "SCMP_ACT_NOTIFY":
      throw new SpecError(
        pointer,
        "Cannot compile the seccomp profile: SCMP_ACT_NOTIFY needs a listener, and tsdocker has none",
      );
  }
}

function dataOf(
  errnoRet: number | undefined,
  max: number,
  pointer: string,
): number {
  const data = errnoRet ?? DEFAULT_ERROR;
  if (Number.isInteger(data) && data >= 0 && data <= max) return data;
  throw new SpecError(
    pointer,
    `Cannot compile the seccomp profile: errnoRet is ${data}, not within 0 and ${max}`,
  );
}

/**
 * The stricter of two words: what the kernel itself prefers of two filters.
 *
 * @see seccomp(2), "in decreasing order of precedence"
 */
export function stricter(a: number, b: number): number {
  // As numbers with sign, which makes KILL_PROCESS the least.
  return (a | 0) <= (b | 0) ? a : b;
}
