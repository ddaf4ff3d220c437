/**
 * `openat2(2)`, which can be told how a path is to be resolved.
 *
 * @module
 */
import { O_CLOEXEC } from "../constants/fcntl.ts";
import { LITTLE_ENDIAN } from "../endian.ts";
import { Fd } from "../fd.ts";
import { syscall, syscallUnless } from "../syscall.ts";
import { bytesOf, type DirectoryFd, type KernelPath } from "./file.ts";

/** What `openat2(2)` is told; `resolve` is a union of `RESOLVE_` flags. */
export interface OpenHow {
  readonly flags: number;
  readonly mode?: number;
  readonly resolve: number;
}

/** `openat2(2)`, always close-on-exec. */
export function openat2(
  directory: DirectoryFd,
  path: KernelPath,
  how: OpenHow,
): Fd {
  const bytes = encodeHow(how);
  return new Fd(
    syscall("openat2", directory, bytesOf(path), bytes, bytes.length),
  );
}

/** As {@linkcode openat2}, but `undefined` for `ENOENT`. */
export function openat2IfThere(
  directory: DirectoryFd,
  path: KernelPath,
  how: OpenHow,
): Fd | undefined {
  const bytes = encodeHow(how);
  const number = syscallUnless(
    ["ENOENT"],
    "openat2",
    directory,
    bytesOf(path),
    bytes,
    bytes.length,
  );
  return number === undefined ? undefined : new Fd(number);
}

function encodeHow(how: OpenHow): Uint8Array {
  const OPEN_HOW_BYTES = 24;
  const bytes = new Uint8Array(OPEN_HOW_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, how.flags | O_CLOEXEC, LITTLE_ENDIAN);
  view.setUint32(8, how.mode ?? 0, LITTLE_ENDIAN);
  view.setUint32(16, how.resolve, LITTLE_ENDIAN);
  return bytes;
}
