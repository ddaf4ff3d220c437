/**
 * How much room trees of files take on the disk.
 *
 * @module
 * @see statx(2), `stx_blocks`
 */
import { openat } from "../../ffi/calls/file.ts";
import { type FileStatus, isDirectory, lstatat } from "../../ffi/calls/stat.ts";
import {
  AT_FDCWD,
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { S_IFDIR, S_IFMT } from "../../ffi/constants/stat.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import { listNames } from "../base/directory_names.ts";
import { endIfAsked } from "./tidy_end.ts";

const BLOCK_BYTES = 512;
/** Containers may nest deeper than a process may have descriptors. */
const MAX_DEPTH = 128;

/**
 * What counts of a tree: the blocks of its files and directories, as du(1)
 * counts them, or the bytes in its regular files and links, as docker does.
 */
export type Measure = "blocks" | "contents";

/**
 * Measures trees; what they share through hard links counts once.
 */
export class DiskMeter {
  readonly #seen = new Set<string>();
  readonly #counts: Measure;

  constructor(counts: Measure = "blocks") {
    this.#counts = counts;
  }

  /**
   * The room that a path takes with all below it. Follows no symbolic link, stays on one
   * file system, and counts what is removed meanwhile or not.
   *
   * @param path Absolute; that there is none counts 0.
   * @returns Bytes.
   */
  measure(path: string): number {
    return this.#measureName(AT_FDCWD, path, { depth: 0 });
  }

  #measureName(
    directory: number,
    name: string | Uint8Array,
    { depth, device }: { depth: number; device?: string },
  ): number {
    try {
      const status = lstatat(directory, name);
      const on = `${status.deviceMajor}:${status.deviceMinor}`;
      if (device !== undefined && device !== on) return 0;
      const own = this.#sizeOf(status);
      if ((status.mode & S_IFMT) !== S_IFDIR) {
        return status.linkCount < 2 || this.#isNew(`${on}:${status.inode}`)
          ? own
          : 0;
      }
      if (depth >= MAX_DEPTH) return own;
      endIfAsked();
      const flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
      using opened = openat(directory, name, flags);
      let sum = own;
      for (const child of listNames(opened.number)) {
        const place = { depth: depth + 1, device: on };
        sum += this.#measureName(opened.number, child, place);
      }
      return sum;
    } catch (error) {
      // Removed since it was listed, or replaced by something else.
      if (isSyscallError(error, "ENOENT", "ENOTDIR", "ELOOP")) return 0;
      throw error;
    }
  }

  #sizeOf(status: FileStatus): number {
    if (this.#counts === "blocks") return status.blocks * BLOCK_BYTES;
    return isDirectory(status) ? 0 : status.sizeBytes;
  }

  #isNew(inode: string): boolean {
    if (this.#seen.has(inode)) return false;
    this.#seen.add(inode);
    return true;
  }
}
