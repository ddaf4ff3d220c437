/**
 * Compiles a seccomp policy to a filter: a section for each architecture, in
 * it a binary search for the number of the call, then its arguments.
 *
 * Pure. It decides as libseccomp 2.5 would, see `call_rules.ts`, but for calls
 * made through socketcall(2) and ipc(2), see `architecture_rules.ts`. Calls of
 * architectures that are not in the policy end the thread.
 *
 * @module
 * @see seccomp(2)
 * @see runtime-spec 1.2, config-linux.md, "Seccomp"
 */
import type { Arch } from "../../../../ffi/arch/arch.ts";
import { SOCK_FILTER } from "../../../../ffi/structs.ts";
import { SpecError } from "../../../base/errors.ts";
import type { LinuxSeccomp } from "../../../oci/linux_seccomp.ts";
import { isPermissive, SECCOMP_RET } from "./action.ts";
import { CALL_ARCHITECTURES, HOSTS, X32_SYSCALL_BIT } from "./architecture.ts";
import { architectureRules } from "./architecture_rules.ts";
import { Assembler, Label, MAX_INSTRUCTIONS } from "./bpf.ts";
import {
  always,
  type CallRange,
  callRanges,
  type NewerCalls,
} from "./call_ranges.ts";
import { emitVerdict } from "./verdict.ts";

/** How to compile. */
export interface CompileOptions {
  /**
   * What becomes of calls newer than the newest that the policy names, where
   * it would refuse them. `ENOSYS` is what runc answers, so that programs fall
   * back to older calls; left out, it is the policy's default action.
   */
  readonly newerCalls?: NewerCalls;
}

/** Offsets in `struct seccomp_data`. */
const NUMBER_OFFSET = 0;
const ARCHITECTURE_OFFSET = 4;

/** The number by which a tracer skips a call. It has the bit of x32 by chance. */
const SKIPPED_CALL = 0xffffffff;

/**
 * Compiles a policy.
 *
 * @param architecture The host's own, which is always part of the policy.
 * @returns An array of `struct sock_filter`, at most 4096.
 * @throws {SpecError} If rules contradict each other, ask for what cannot be, or
 * are too many; `pointer` begins at `linux.seccomp`.
 */
export function compileSeccomp(
  seccomp: LinuxSeccomp,
  architecture: Arch,
  options: CompileOptions = {},
): Uint8Array<ArrayBuffer> {
  const program = new Assembler();
  program.load(ARCHITECTURE_OFFSET);
  for (const [audit, ranges] of sectionsOf(seccomp, architecture, options)) {
    const other = new Label();
    program.branch("JUMP_EQUAL", audit, { no: other });
    program.load(NUMBER_OFFSET);
    emitSearch(program, ranges);
    program.place(other);
  }
  program.return(SECCOMP_RET.KILL_THREAD);
  if (program.length > MAX_INSTRUCTIONS) throw tooLong(program.length);
  const bytes = program.assemble();
  const length = bytes.length / SOCK_FILTER.size;
  if (length > MAX_INSTRUCTIONS) throw tooLong(length);
  return bytes;
}

function tooLong(length: number): SpecError {
  return new SpecError(
    "/syscalls",
    `Cannot compile the seccomp profile: it needs ${length} instructions, and the kernel takes ${MAX_INSTRUCTIONS}`,
  );
}

/** Ranges of call numbers by `seccomp_data.arch`, the host's own first. */
function sectionsOf(
  seccomp: LinuxSeccomp,
  architecture: Arch,
  { newerCalls = "default" }: CompileOptions,
): Map<number, CallRange[]> {
  const { native, others } = HOSTS[architecture];
  const listed = others.filter((other) =>
    seccomp.architectures?.includes(other)
  );
  const newer = isPermissive(seccomp.defaultAction) ? "default" : newerCalls;
  const sections = new Map<number, CallRange[]>();
  for (const name of [native, ...listed]) {
    const calls = CALL_ARCHITECTURES[name];
    const rules = architectureRules(seccomp, calls);
    const ranges = callRanges(rules, calls, newer);
    // x32 shares its section with x86-64, whose numbers are all lower.
    const section = sections.get(calls.audit) ?? [];
    sections.set(calls.audit, [...section, ...ranges]);
    if (name === "SCMP_ARCH_X86_64" && !listed.includes("SCMP_ARCH_X32")) {
      sections.set(calls.audit, [...ranges, ...withoutX32(rules.otherwise)]);
    }
  }
  return sections;
}

/** What becomes of the numbers of x32 where it is not part of the policy. */
function withoutX32(otherwise: number): CallRange[] {
  return [
    { from: X32_SYSCALL_BIT, verdict: always(SECCOMP_RET.KILL_THREAD) },
    { from: SKIPPED_CALL, verdict: always(otherwise) },
  ];
}

/** Emits the search of A, a call's number, and the verdict on it. */
function emitSearch(program: Assembler, ranges: readonly CallRange[]): void {
  const middle = Math.ceil(ranges.length / 2);
  const [first, right] = [ranges[0], ranges[middle]];
  if (first === undefined) return;
  if (right === undefined) {
    emitVerdict(program, first.verdict);
    return;
  }
  const [lower, upper] = [ranges.slice(0, middle), ranges.slice(middle)];
  if (upper.length === 1 && right.verdict.alternatives.length === 0) {
    // One instruction: it stands here, and spares a long jump to it.
    const isLower = new Label();
    program.branch("JUMP_GREATER_EQUAL", right.from, { no: isLower });
    emitVerdict(program, right.verdict);
    program.place(isLower);
    emitSearch(program, lower);
    return;
  }
  const isUpper = new Label();
  program.branch("JUMP_GREATER_EQUAL", right.from, { yes: isUpper });
  emitSearch(program, lower);
  program.place(isUpper);
  emitSearch(program, upper);
}
