/**
 * A system call as data: what a plan is made of, what the native launcher
 * encodes and what `perform.ts` makes one by one.
 *
 * @module
 */
import type { SyscallName } from "./arch/arch.ts";
import type { ErrnoName } from "./constants/errno.ts";

/** An argument of a recorded system call. */
export type RecordArgument =
  /** A number, or NULL. */
  | number
  | bigint
  | null
  /** A NUL-terminated string, passed by address. */
  | string
  /** A number with the symbols it is made of, such as `MS_BIND|MS_REC`. */
  | Symbolic
  /** Bytes the kernel reads, passed by address; `text` is how to print them. */
  | { readonly bytes: Uint8Array; readonly text: string }
  /** An array of eight-byte words, passed by address: `argv`, `sock_fprog`. */
  | { readonly words: readonly RecordArgument[] }
  /** Two 32-bit numbers in one word, the low one first: fields of a struct. */
  | { readonly pair: readonly [low: RecordNumber, high: RecordNumber] }
  /** What an earlier call, or the caller of the plan, left under this name. */
  | { readonly result: string };

/** An argument that is a number, known or found under a name. */
export type RecordNumber = number | Symbolic | { readonly result: string };

/** A number and its spelling in the kernel's headers. */
export interface Symbolic {
  readonly value: number | bigint;
  readonly text: string;
}

/** One system call to make. */
export interface SyscallRecord {
  /** The kernel's name of the call. */
  readonly call: SyscallName;
  /** Up to six arguments; absent ones are 0. */
  readonly args: readonly RecordArgument[];
  /** The name under which later records find what it returned. */
  readonly as?: string;
  /** Errors that do not end the sequence, at most eight. */
  readonly tolerate?: readonly ErrnoName[];
}

/** Values by name: what earlier calls returned and what the caller provides. */
export type Results = Map<string, number>;
