/**
 * Makes recorded system calls one at a time, on the calling thread: what the
 * re-invoked init does with its plan.
 *
 * @module
 */
import { Arena } from "./arena.ts";
import { ERRNO } from "./constants/errno.ts";
import { describeArguments } from "./describe.ts";
import { SyscallError } from "./errno.ts";
import type { Results, SyscallRecord } from "./record.ts";
import { trySyscallOnce } from "./syscall.ts";

/**
 * Makes one recorded system call. Blocks as long as the kernel does.
 *
 * @param record The call.
 * @param results Where `{result}` arguments are looked up, and where the
 * call's own result is left if the record has a name for it.
 * @returns The kernel's result, or the negated error number of a tolerated
 * error, which is left in `results` too.
 * @throws {SyscallError} If the kernel refuses for a reason not tolerated.
 * @throws {TypeError} If an argument names a result nobody has left.
 */
export function perform(record: SyscallRecord, results: Results): number {
  using arena = new Arena();
  return performIn(arena, record, results);
}

/**
 * As {@linkcode perform}, for many calls: mapping memory for each of them
 * would take longer than most calls do.
 *
 * @param arena Takes what the arguments point to.
 */
export function performIn(
  arena: Arena,
  record: SyscallRecord,
  results: Results,
): number {
  const registers = record.args.map((argument) =>
    arena.encode(argument, (name) => lookUp(results, name))
  );
  const result = trySyscallOnce(record.call, ...registers);
  if (result < 0 && !tolerates(record, -result)) {
    throw new SyscallError(record.call, -result, describeArguments(record));
  }
  if (record.as !== undefined) results.set(record.as, result);
  return result;
}

/**
 * The value left under a name.
 *
 * @throws {TypeError} If there is none: the records are in the wrong order.
 */
export function lookUp(results: Results, name: string): number {
  const value = results.get(name);
  if (value === undefined) throw new TypeError(`No result named "${name}"`);
  return value;
}

function tolerates(record: SyscallRecord, errno: number): boolean {
  return record.tolerate?.some((name) => ERRNO[name] === errno) ?? false;
}
