/**
 * The caller's private mount namespace: entered by the first steps of a plan,
 * left when the scope ends, whatever happened in between.
 *
 * While inside, only `…Sync` calls see the private mounts: asynchronous file
 * calls run on other threads, which never left the host's namespace. Nothing
 * may start such a thread while inside: it would stay there. What has to wait, as
 * `import()` does, waits outside.
 *
 * @module
 * @see setns(2), mount_namespaces(7)
 */
import {
  openOwnNamespace,
  setns,
  unshare,
} from "../../../ffi/calls/namespace.ts";
import { CLONE } from "../../../ffi/constants/sched.ts";
import type { Fd } from "../../../ffi/fd.ts";
import { syscall } from "../../../ffi/syscall.ts";
import { openHostDirectory } from "./secure_path.ts";

const OWN_MOUNT_NAMESPACE = "/proc/thread-self/ns/mnt";

/** Remembers where the calling thread is, and brings it back. */
export class PrivateMounts implements Disposable {
  readonly #namespace: Fd;
  readonly #workingDirectory: Fd;
  readonly #identity: string;

  /** Notes the thread's mount namespace and working directory. */
  constructor() {
    this.#namespace = openOwnNamespace("mnt");
    this.#workingDirectory = openHostDirectory(".");
    this.#identity = Deno.readLinkSync(OWN_MOUNT_NAMESPACE);
  }

  /**
   * Returns to the namespace and the directory.
   *
   * @throws {SyscallError} If that fails; the process must then end.
   */
  [Symbol.dispose](): void {
    using namespace = this.#namespace;
    using workingDirectory = this.#workingDirectory;
    // The unshare itself may have failed: then there is nothing to return from.
    if (this.#isOutside()) return;
    enter(namespace, workingDirectory);
  }

  /**
   * Does something that may start threads on the host's side, and then comes
   * back to the private mounts, which are kept meanwhile. If the scope's own
   * namespace is not entered yet, it is simply done.
   *
   * @param action May wait, and so let others do something meanwhile.
   * @throws {SyscallError} If there is no way out, or back in.
   */
  async outside<T>(action: () => Promise<T>): Promise<T> {
    if (this.#isOutside()) return await action();
    using inside = openOwnNamespace("mnt");
    using insideDirectory = openHostDirectory(".");
    enter(this.#namespace, this.#workingDirectory);
    try {
      return await action();
    } finally {
      enter(inside, insideDirectory);
    }
  }

  #isOutside(): boolean {
    return Deno.readLinkSync(OWN_MOUNT_NAMESPACE) === this.#identity;
  }
}

function enter(namespace: Fd, workingDirectory: Fd): void {
  // A thread started meanwhile has our root directory in common with us;
  // setns(2) refuses those that have.
  unshare(CLONE.CLONE_FS);
  setns(namespace, CLONE.CLONE_NEWNS);
  // setns(2) leaves the thread in the root directory.
  syscall("fchdir", workingDirectory.number);
}
