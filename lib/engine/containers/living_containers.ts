/**
 * Which containers are alive, for who takes away what the others have left.
 *
 * @module
 */
import type { HostPaths } from "../../base/host_paths.ts";
import { type ContainerId, isContainerId } from "../../base/identifiers.ts";
import { listIds } from "./list.ts";
import { tryLock } from "./lock.ts";
import { findProcess } from "./look_up.ts";
import { containerDirectory } from "./records.ts";

/**
 * Tells which containers run, or are worked on by somebody. One that is said
 * not to is locked until this is disposed of: nobody starts it meanwhile.
 */
export class LivingContainers implements Disposable {
  readonly #paths: HostPaths;
  readonly #dead = new Set<ContainerId>();
  readonly #locks = new DisposableStack();

  constructor(paths: HostPaths) {
    this.#paths = paths;
  }

  /** Whether there is a container with this id that is alive. */
  has(id: string): boolean {
    if (!isContainerId(id) || this.#dead.has(id)) return false;
    const lock = tryLock(containerDirectory(this.#paths, id));
    if (lock === "busy") return true;
    // Ids are never used again.
    if (lock === "missing") return false;
    using held = new DisposableStack();
    held.use(lock);
    // Its monitor may have been killed.
    if (findProcess(this.#paths, id) !== undefined) return true;
    this.#dead.add(id);
    this.#locks.use(held.move());
    return false;
  }

  /** Whether one that is alive has an id that begins like this. */
  hasStart(start: string): boolean {
    return listIds(this.#paths).some((id) =>
      id.startsWith(start) && this.has(id)
    );
  }

  [Symbol.dispose](): void {
    this.#locks[Symbol.dispose]();
  }
}
