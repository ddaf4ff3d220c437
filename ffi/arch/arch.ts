/**
 * The architecture this process runs on, and its system call numbers.
 *
 * @module
 */
import { AARCH64 } from "./aarch64.ts";
import { X86_64 } from "./x86_64.ts";

/** A system call tsdocker knows, by the kernel's name. */
export type SyscallName = keyof typeof X86_64;

/** The architectures tsdocker runs on, as Deno spells them. */
export type Arch = typeof Deno.build.arch;

/** The architecture of this process. */
export const ARCH: Arch = Deno.build.arch;

/** System call numbers of each architecture. */
export const SYSCALL_NUMBERS: Readonly<
  Record<Arch, Readonly<Record<SyscallName, number>>>
> = { x86_64: X86_64, aarch64: AARCH64 };
