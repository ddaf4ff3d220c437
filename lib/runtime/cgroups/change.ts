/**
 * Changing the limits of a cgroup that has processes.
 *
 * @module
 */
import { openat } from "../../../ffi/calls/file.ts";
import { AT_FDCWD, O_WRONLY } from "../../../ffi/constants/fcntl.ts";
import {
  describeErrno,
  isSyscallError,
  type SyscallError,
} from "../../../ffi/errno.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { HostError } from "../../base/errors.ts";
import type { CgroupFile, Hierarchy } from "./hierarchy.ts";
import { readLineIfAny } from "./interface_file.ts";

/** A value and the file it is for. */
interface Change extends CgroupFile {
  readonly path: string;
}

/**
 * Writes values into the files of a cgroup: all, or none if one is refused.
 *
 * @param cgroupsPath Below the root of each hierarchy.
 * @throws {HostError} If the kernel refuses one, as a limit of memory that is
 * less than what is in use.
 */
export function changeFiles(
  cgroupsPath: string,
  hierarchies: readonly Hierarchy[],
  files: readonly CgroupFile[],
): void {
  using undo = new DisposableStack();
  let left: readonly Change[] = files.flatMap((file) =>
    hierarchies
      .filter(({ controllers }) => controllers.includes(file.controller))
      .map(({ mountPoint }) => ({
        ...file,
        path: `${mountPoint}${cgroupsPath}/${file.file}`,
      }))
  );
  while (left.length > 0) {
    const refusals = left.flatMap((change) => {
      const error = tryChange(change, undo);
      return error === undefined ? [] : [{ change, error }];
    });
    const [first] = refusals;
    // Memory alone is refused while memory and swap together are yet to be
    // raised, so another is to be tried first.
    if (first !== undefined && refusals.length === left.length) {
      throw refusedError(first.change, first.error);
    }
    left = refusals.map(({ change }) => change);
  }
  undo.move();
}

/** Writes one, unless it is refused, and remembers what was there. */
function tryChange(
  change: Change,
  undo: DisposableStack,
): SyscallError | undefined {
  const { path, value, tolerate = [] } = change;
  const before = readLineIfAny(path);
  try {
    write(path, value);
  } catch (error) {
    if (!isSyscallError(error)) throw error;
    return tolerate.some((code) => code === error.code) ? undefined : error;
  }
  // Some files take an empty line, but no empty write.
  undo.defer(() => write(path, before === "" ? "\n" : before));
  return undefined;
}

function write(path: string, value: string): void {
  using file = openat(AT_FDCWD, path, O_WRONLY);
  syscall("write", file.number, value, value.length);
}

function refusedError(
  { file, value }: Change,
  error: SyscallError,
): HostError {
  return new HostError(
    `Cannot set ${file} of the container's cgroup to "${value}": ${
      describeErrno(error.errno)
    }`,
    { cause: error },
  );
}
