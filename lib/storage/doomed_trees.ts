/**
 * Trees that are being removed: gone at once for whoever looks for them, while
 * the removing takes its time. What a crash leaves is swept by any command.
 *
 * @module
 */
import { openat } from "../../ffi/calls/file.ts";
import { AT_FDCWD } from "../../ffi/constants/fcntl.ts";
import { isSyscallError } from "../../ffi/errno.ts";
import type { Fd } from "../../ffi/fd.ts";
import { removePath } from "../base/remove_tree.ts";
import type { DiskMeter } from "./disk_usage.ts";
import { tryLock } from "./file_lock.ts";
import { OPEN_DIRECTORY } from "./growing_tree.ts";
import { TEMPORARY_PREFIX } from "./temporary_trees.ts";
import { endIfAsked } from "./tidy_end.ts";

/** A tree without a name, locked against those who sweep. */
interface DoomedTree {
  readonly path: string;
  readonly root: Fd;
}

/** Trees of a store that are removed with the scope. */
export class DoomedTrees implements Disposable {
  readonly #store: string;
  readonly #meter: DiskMeter;
  readonly #trees: DoomedTree[] = [];

  /** @param store Path of the directory that the trees are in. */
  constructor(store: string, meter: DiskMeter) {
    this.#store = store;
    this.#meter = meter;
  }

  /** Takes a tree's name away from it; that there is none is fine. */
  add(name: string): void {
    const doomed = `${this.#store}/${TEMPORARY_PREFIX}${crypto.randomUUID()}`;
    try {
      const root = openat(AT_FDCWD, `${this.#store}/${name}`, OPEN_DIRECTORY);
      // Whoever has it locked does not mind its new name.
      tryLock(root);
      this.#trees.push({ path: doomed, root });
      Deno.renameSync(`${this.#store}/${name}`, doomed);
    } catch (error) {
      const isGone = error instanceof Deno.errors.NotFound ||
        isSyscallError(error, "ENOENT");
      if (!isGone) throw error;
    }
  }

  /**
   * Measures and removes them; others may go on meanwhile. A signal that ends
   * this process does so at once: what is left has no name any more.
   */
  remove(): number {
    let bytes = 0;
    for (let tree = this.#trees.pop(); tree; tree = this.#trees.pop()) {
      using _root = tree.root;
      bytes += this.#meter.measure(tree.path);
      removePath(tree.path, endIfAsked);
    }
    return bytes;
  }

  [Symbol.dispose](): void {
    this.remove();
  }
}
