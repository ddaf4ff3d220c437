/**
 * Reading and writing the files of a cgroup. Synchronous, some microseconds each.
 *
 * @module
 */
import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from "../../../ffi/constants/fcntl.ts";
import { STATX_BYTES } from "../../../ffi/constants/stat.ts";
import { Fd } from "../../../ffi/fd.ts";
import { trySyscall } from "../../../ffi/syscall.ts";
import type { Controller } from "./hierarchy.ts";
import { isController } from "./mount_table.ts";

/** Whether a file exists; unlike `Deno.statSync()`, without an exception. */
export function isThere(path: string): boolean {
  const status = new Uint8Array(STATX_BYTES);
  return trySyscall("statx", AT_FDCWD, path, 0, 0, status) === 0;
}

/** The whole text of a file, without the newline at its end. */
export function readLine(path: string): string {
  return Deno.readTextFileSync(path).trim();
}

/**
 * As {@linkcode readLine}, for a cgroup that may be removed meanwhile, or have
 * no such file.
 */
export function readLineIfAny(path: string): string {
  try {
    return readLine(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    // ENODEV: removed after it was opened; EOPNOTSUPP: it has threads only.
    if (error instanceof Error && /\(os error (19|95)\)/.test(error.message)) {
      return "";
    }
    throw error;
  }
}

/**
 * Writes a file of a cgroup that may have been removed, or have no such file.
 *
 * @returns Whether it is written.
 */
export function writeIfAny(path: string, value: string): boolean {
  const flags = O_WRONLY | O_CLOEXEC;
  const number = trySyscall("openat", AT_FDCWD, path, flags, 0);
  if (number < 0) return false;
  using file = new Fd(number);
  return trySyscall("write", file.number, value, value.length) >= 0;
}

/** A list of controllers; those that we do not know are left out. */
export function readControllers(path: string): Controller[] {
  return readLine(path).split(/\s+/).filter(isController);
}

/** Whether a v2 directory is the root of the host, not of a namespace. */
export function isRealRoot(directory: string): boolean {
  return !isThere(`${directory}/cgroup.type`);
}
