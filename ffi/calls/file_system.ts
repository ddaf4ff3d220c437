/**
 * What a file system says of itself.
 *
 * @module
 * @see statfs(2)
 */
import { STATFS } from "../structs.ts";
import { syscall } from "../syscall.ts";

/** How full a file system is. */
export interface FileSystemStatus {
  /** Its magic number, of `linux/magic.h`. */
  readonly type: number;
  readonly totalBytes: number;
  /** What is left for users without privileges. */
  readonly availableBytes: number;
  /** 0, with `freeInodes`, where inodes are made as needed. */
  readonly totalInodes: number;
  readonly freeInodes: number;
}

/**
 * `statfs(2)`
 *
 * @param path Any path on the file system.
 */
export function statfs(path: string): FileSystemStatus {
  const bytes = new Uint8Array(STATFS.size);
  syscall("statfs", path, bytes);
  const { f_type, f_frsize, f_blocks, f_bavail, f_files, f_ffree } = STATFS
    .decode(
      bytes,
    );
  return {
    type: Number(f_type),
    totalBytes: Number(f_blocks * f_frsize),
    availableBytes: Number(f_bavail * f_frsize),
    totalInodes: Number(f_files),
    freeInodes: Number(f_ffree),
  };
}
