/**
 * Finds the directories that entries go into, never outside of the root:
 * symbolic links on the way are resolved by the kernel as if the root were
 * `/`, and the descriptors are kept for the entries that follow.
 *
 * @module
 * @see openat2(2), `RESOLVE_IN_ROOT`
 */
import { type DirectoryFd, mkdirat } from "../../../ffi/calls/file.ts";
import { O_DIRECTORY, O_PATH } from "../../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../../ffi/errno.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { openInRoot } from "../../base/open_in_root.ts";
import { type ByteString, kernelPath } from "./byte_string.ts";
import { lastComponent, parentName, ROOT_NAME } from "./names.ts";

/** Descriptors kept open; far below the usual limit of 1024. */
const MAX_OPEN = 128;
/** Mode of directories that an archive forgot to mention. */
const MISSING_MODE = 0o755;

/** The directories beneath one root, opened as they are needed. */
export class Directories implements Disposable {
  readonly #root: DirectoryFd;
  readonly #open = new Map<ByteString, Fd>();
  readonly #made: ByteString[] = [];
  #lastName: ByteString | undefined;
  #lastFd: DirectoryFd = -1;

  /** @param root A directory that the caller keeps open. */
  constructor(root: DirectoryFd) {
    this.#root = root;
  }

  /** The names of directories that were missing, parents first. */
  get made(): readonly ByteString[] {
    return this.#made;
  }

  /**
   * The directory of this name, made with its parents where it is missing.
   *
   * @param name Normalized; the empty name is the root.
   * @returns A descriptor that is good until the next call but one.
   * @throws {SyscallError} `ENOTDIR`, `ELOOP` or `ENOENT` if something on the
   * way is no directory and leads to none within the root.
   */
  get(name: ByteString): DirectoryFd {
    return this.#cached(name) ?? this.#keep(name, this.#openOrMake(name));
  }

  /**
   * The directory of this name, which is not made.
   *
   * @returns A descriptor that is good until the next call but one.
   * @throws {SyscallError} As {@linkcode get}, and `ENOENT` if it is missing.
   */
  find(name: ByteString): DirectoryFd {
    return this.#cached(name) ?? this.#keep(name, this.#resolve(name));
  }

  #cached(name: ByteString): DirectoryFd | undefined {
    if (name === ROOT_NAME) return this.#root;
    if (name === this.#lastName) return this.#lastFd;
    const fd = this.#open.get(name);
    return fd && this.#keep(name, fd);
  }

  /** Forgets what names lead to, after one of them was replaced. */
  clear(): void {
    for (const fd of this.#open.values()) fd[Symbol.dispose]();
    this.#open.clear();
    this.#lastName = undefined;
  }

  /** Closes the descriptors, not the root. */
  [Symbol.dispose](): void {
    this.clear();
  }

  #keep(name: ByteString, fd: Fd): DirectoryFd {
    // Put last: the first of the map is the one unused for longest.
    this.#open.delete(name);
    if (this.#open.size >= MAX_OPEN) this.#closeOldest();
    this.#open.set(name, fd);
    this.#lastName = name;
    this.#lastFd = fd.number;
    return fd.number;
  }

  #openOrMake(name: ByteString): Fd {
    try {
      return this.#resolve(name);
    } catch (error) {
      if (!isSyscallError(error, "ENOENT")) throw error;
    }
    const parent = this.get(parentName(name));
    try {
      mkdirat(parent, kernelPath(lastComponent(name)), MISSING_MODE);
      this.#made.push(name);
    } catch (error) {
      // There is a symbolic link to nothing; opening it says so again.
      if (!isSyscallError(error, "EEXIST")) throw error;
    }
    return this.#resolve(name);
  }

  #resolve(name: ByteString): Fd {
    return openInRoot(this.#root, kernelPath(name), O_PATH | O_DIRECTORY);
  }

  #closeOldest(): void {
    for (const [name, fd] of this.#open) {
      this.#open.delete(name);
      if (name === this.#lastName) this.#lastName = undefined;
      fd[Symbol.dispose]();
      return;
    }
  }
}
