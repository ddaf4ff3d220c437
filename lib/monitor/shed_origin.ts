/**
 * A process that goes on as a monitor is shown as one, and keeps nothing of the
 * words that it was called with: values of `-e` among them, and the variables
 * of its caller, could be read in `/proc` for as long as the container lives.
 *
 * @module
 * @see proc_pid_stat(5), fields 48 to 51
 */
import {
  type AddressRange,
  endCommandLine,
  overwriteMemory,
} from "../../ffi/calls/own_process.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { ownEnvironment } from "./own_environment.ts";

/** The fields after the name, from 0. */
const ARG_START_FIELD = 45;
const ENV_END_FIELD = 48;

/**
 * Forgets what this process was called with, and with which variables, but for
 * those that a monitor keeps.
 *
 * @param words The command line to be shown instead; cut if it is longer.
 */
export function shedOrigin(words: readonly string[]): void {
  const all = Deno.env.toObject();
  const kept = ownEnvironment(all);
  for (const name of Object.keys(all)) {
    // To set it is to copy it elsewhere.
    if (Object.hasOwn(kept, name)) Deno.env.set(name, all[name] ?? "");
    else Deno.env.delete(name);
  }
  const { start, end } = originRange(Deno.readTextFileSync("/proc/self/stat"));
  const line = new TextEncoder().encode(`${words.join("\0")}\0`);
  const bytes = new Uint8Array(Number(end - start));
  // The last one has to end a word.
  bytes.set(line.subarray(0, bytes.length - 1));
  try {
    overwriteMemory(start, bytes);
  } catch (error) {
    // That a security module refuses it is no reason not to keep the container.
    if (isSyscallError(error)) return;
    throw error;
  }
  if (line.length < bytes.length) endCommandLine(start + BigInt(line.length));
}

/**
 * Where a process has its first command line and environment, by its
 * `/proc/PID/stat`.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const fields = Array.from({ length: 50 }, (_, index) => index + 3);
 * assert.deepEqual(
 *   originRange(`1 (a) b) ${fields.join(" ")}\n`),
 *   { start: 48n, end: 51n },
 * );
 * ```
 */
export function originRange(stat: string): AddressRange {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return {
    start: BigInt(fields[ARG_START_FIELD] ?? 0),
    end: BigInt(fields[ENV_END_FIELD] ?? 0),
  };
}
