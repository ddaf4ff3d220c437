/**
 * What the calling process is to others: whose child, in which session, with which
 * streams and words. One call each.
 *
 * @module
 * @see prctl(2), setsid(2), dup(2)
 */
import {
  AT_FDCWD,
  F_GETFD,
  FD_CLOEXEC,
  O_CLOEXEC,
  O_WRONLY,
} from "../constants/fcntl.ts";
import { PRCTL, SET_MM } from "../constants/prctl.ts";
import type { Fd } from "../fd.ts";
import { syscall, trySyscall } from "../syscall.ts";
import { openat } from "./file.ts";

/**
 * Has the kernel send this process a signal when its parent dies.
 *
 * @param signal 0 takes it back.
 */
export function setParentDeathSignal(signal: number): void {
  syscall("prctl", PRCTL.PR_SET_PDEATHSIG, signal);
}

/**
 * Leaves the session, the process group and the controlling terminal.
 *
 * @throws {SyscallError} `EPERM` for the first of a process group.
 */
export function startSession(): void {
  syscall("setsid");
}

/**
 * Gives another file the number of a descriptor.
 *
 * @param flags `O_CLOEXEC`, or 0 for a standard stream.
 */
export function replaceDescriptor(
  number: number,
  file: Fd,
  flags: number,
): void {
  syscall("dup3", file.number, number, flags);
}

/** Whether a descriptor would survive an execve(2). */
export function isInheritable(number: number): boolean {
  const flags = trySyscall("fcntl", number, F_GETFD);
  return flags >= 0 && (flags & FD_CLOEXEC) === 0;
}

/** A range of this process's memory. */
export interface AddressRange {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * Writes over what is in memory.
 *
 * @param start Where it is mapped, writable or not.
 * @throws {SyscallError} `EIO` if nothing is mapped there.
 */
export function overwriteMemory(start: bigint, bytes: Uint8Array): void {
  using memory = openat(AT_FDCWD, "/proc/self/mem", O_WRONLY | O_CLOEXEC);
  syscall("pwrite64", memory.number, bytes, bytes.length, start);
}

/**
 * Tells the kernel where the command line ends, for those who ask it; needs
 * `CAP_SYS_RESOURCE`.
 *
 * @returns Whether it has been told.
 */
export function endCommandLine(end: bigint): boolean {
  return trySyscall("prctl", PRCTL.PR_SET_MM, SET_MM.PR_SET_MM_ARG_END, end) >=
    0;
}
