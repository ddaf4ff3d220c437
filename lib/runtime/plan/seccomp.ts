/**
 * Installing a seccomp filter.
 *
 * @module
 * @see seccomp(2), "SECCOMP_SET_MODE_FILTER"
 */
import { SECCOMP } from "../../../ffi/constants/seccomp.ts";
import { flags } from "../../../ffi/constants/symbolic.ts";
import type { ChildStep } from "./step.ts";

/** A compiled filter. */
export interface SeccompFilter {
  /** An array of `struct sock_filter`. */
  readonly program: Uint8Array;
  /** `SECCOMP_FILTER_FLAG_…` bits. */
  readonly flags: number;
}

/** Size of `struct sock_filter`. */
const INSTRUCTION_BYTES = 8;

/** Plans installing the filter; every step behind it is judged by it. */
export function seccompStep(filter: SeccompFilter): ChildStep {
  const length = filter.program.length / INSTRUCTION_BYTES;
  return {
    call: "seccomp",
    args: [
      flags(SECCOMP, "SECCOMP_SET_MODE_FILTER"),
      filter.flags,
      {
        // struct sock_fprog: the length is a short, padded to a word.
        words: [length, {
          bytes: filter.program,
          text: `${length} instructions`,
        }],
      },
    ],
    why: "system calls a container has no need of are refused from here on",
  };
}
