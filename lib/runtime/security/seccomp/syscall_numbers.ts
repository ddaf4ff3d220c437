/**
 * System call numbers of every architecture that programs of a host of ours
 * may be of. Large: import it where a filter is compiled, and not before.
 *
 * @module
 */
import type { SeccompArchitecture } from "../../../oci/linux_seccomp.ts";
import { X32_SYSCALL_BIT } from "./architecture.ts";
import { SYSCALL_NAMES } from "./syscall_names.ts";

/**
 * The numbers of an architecture's calls by the kernel's names for them, as a
 * filter sees them: those of x32 have their bit.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(syscallNumbers("SCMP_ARCH_X86").get("mount"), 21);
 * assert.equal(syscallNumbers("SCMP_ARCH_AARCH64").get("mount"), 40);
 * ```
 */
export function syscallNumbers(
  architecture: SeccompArchitecture,
): Map<string, number> {
  const numbers = new Map<string, number>();
  const base = architecture === "SCMP_ARCH_X32" ? X32_SYSCALL_BIT : 0;
  let next = 0;
  for (const word of SYSCALL_NAMES[architecture].split(" ")) {
    if (/^\d/.test(word)) next = Number(word);
    else numbers.set(word, base + next++);
  }
  return numbers;
}
