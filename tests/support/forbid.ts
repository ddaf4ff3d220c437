/**
 * Makes system calls fail in a launched child, as a seccomp filter of its
 * surroundings would.
 *
 * @module
 * @see seccomp(2)
 */
import {
  ARCH,
  SYSCALL_NUMBERS,
  type SyscallName,
} from "../../ffi/arch/arch.ts";
import { ERRNO, type ErrnoName } from "../../ffi/constants/errno.ts";
import { PRCTL } from "../../ffi/constants/prctl.ts";
import type { SyscallRecord } from "../../ffi/record.ts";
import { SOCK_FILTER } from "../../ffi/structs.ts";

const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_FILTER = 2;
const SECCOMP_RET_ERRNO = 0x0005_0000;
const SECCOMP_RET_ALLOW = 0x7fff_0000;
/** `BPF_LD|BPF_W|BPF_ABS`, `BPF_JMP|BPF_JEQ|BPF_K` and `BPF_RET|BPF_K`. */
const [LOAD, JUMP_EQUAL, RETURN] = [0x20, 0x15, 0x06];

/** The calls that load a filter which answers some calls with an error. */
export function forbidding(
  calls: readonly SyscallName[],
  errno: ErrnoName = "EPERM",
): readonly SyscallRecord[] {
  const program = [
    // The number is the first field of `struct seccomp_data`.
    { code: LOAD, jt: 0, jf: 0, k: 0 },
    ...calls.map((call, index) => ({
      code: JUMP_EQUAL,
      jt: calls.length - index,
      jf: 0,
      k: SYSCALL_NUMBERS[ARCH][call],
    })),
    { code: RETURN, jt: 0, jf: 0, k: SECCOMP_RET_ALLOW },
    { code: RETURN, jt: 0, jf: 0, k: SECCOMP_RET_ERRNO + ERRNO[errno] },
  ].map((instruction) => SOCK_FILTER.encode(instruction));
  const bytes = new Uint8Array(program.flatMap((code) => [...code]));
  return [
    { call: "prctl", args: [PRCTL.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0] },
    {
      call: "prctl",
      args: [PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {
        words: [program.length, { bytes, text: "filter" }],
      }],
    },
  ];
}
