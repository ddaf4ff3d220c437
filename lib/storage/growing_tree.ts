/**
 * A tree of files in the layer store while it grows: under a temporary name,
 * locked, until it is whole. See temporary_trees.ts for those that never are.
 *
 * @module
 */
import { openat, renameNoReplace } from "../../ffi/calls/file.ts";
import {
  O_DIRECTORY,
  O_NOFOLLOW,
  O_RDONLY,
} from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { HostError } from "../base/errors.ts";
import { removeTree } from "../base/remove_tree.ts";
import { isNamed, tryLock } from "./file_lock.ts";
import { TEMPORARY_PREFIX } from "./temporary_trees.ts";
import { noteBegun, noteFinished } from "./unfinished.ts";

const PRIVATE_MODE = 0o700;

/** How the layer store, and a tree in it, is opened. */
export const OPEN_DIRECTORY = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;

/** A tree that grows; removed with its scope unless it has been published. */
export class GrowingTree implements Disposable {
  /** The tree's root, locked. */
  readonly root: Fd;
  readonly #store: Fd;
  readonly #name: string;

  /**
   * Begins an empty one.
   *
   * @param layers Path of the store.
   * @param store The store, open for as long as the tree grows.
   */
  constructor(layers: string, store: Fd) {
    const { name, root } = makeTemporary(layers, store);
    this.root = root;
    this.#store = store;
    this.#name = name;
    noteBegun(this);
  }

  /** Gives the whole tree its real name, unless one like it has it already. */
  publish(name: string): void {
    const directory = this.#store.number;
    try {
      renameNoReplace({ directory, name: this.#name }, { directory, name });
    } catch (error) {
      // This one is removed with its scope, as after a failure.
      if (!isSyscallError(error, "EEXIST")) throw error;
    }
  }

  /** Removes it if it still has its temporary name, and lets go of the lock. */
  [Symbol.dispose](): void {
    noteFinished(this);
    using _root = this.root;
    removeTree(this.#store.number, this.#name);
  }
}

function makeTemporary(
  layers: string,
  store: Fd,
): { readonly name: string; readonly root: Fd } {
  for (;;) {
    const name = `${TEMPORARY_PREFIX}${crypto.randomUUID()}`;
    Deno.mkdirSync(`${layers}/${name}`, { mode: PRIVATE_MODE });
    try {
      const root = openat(store.number, name, OPEN_DIRECTORY);
      // Between the two calls above and here it looks dead to a sweeper.
      if (tryLock(root) && isNamed(root, `${layers}/${name}`)) {
        return { name, root };
      }
      root[Symbol.dispose]();
    } catch (error) {
      if (!isSyscallError(error, "ENOENT")) throw error;
    }
  }
}

/**
 * Makes a directory of the store that only root may enter.
 *
 * @throws {HostError} If it cannot be made.
 */
export function makePrivate(directory: string): void {
  try {
    Deno.mkdirSync(directory, { recursive: true, mode: PRIVATE_MODE });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new HostError(`Cannot create "${directory}": ${reason}`, {
      cause,
      advice: "run it as root, or choose another --root",
    });
  }
}
