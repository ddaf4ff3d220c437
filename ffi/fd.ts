/**
 * A file descriptor with one owner, closed when its scope ends.
 *
 * @module
 */
import { syscall, trySyscall } from "./syscall.ts";

/** An open file descriptor of this process. */
export class Fd implements Disposable {
  #number: number | undefined;

  /** @param number A descriptor that nobody else will close. */
  constructor(number: number) {
    this.#number = number;
  }

  /**
   * The descriptor's number, for a system call.
   *
   * @throws {TypeError} If it was closed or given away.
   */
  get number(): number {
    if (this.#number === undefined) throw new TypeError("Descriptor is closed");
    return this.#number;
  }

  /** Whether it is still open and ours. */
  get isOpen(): boolean {
    return this.#number !== undefined;
  }

  /** The magic link that names what it refers to, for calls that take a path. */
  get path(): string {
    return `/proc/self/fd/${this.number}`;
  }

  /** Gives up ownership: the caller answers for the descriptor from now on. */
  release(): number {
    const number = this.number;
    this.#number = undefined;
    return number;
  }

  /** A second descriptor of the same open file, close-on-exec. */
  duplicate(): Fd {
    const F_DUPFD_CLOEXEC = 1030;
    return new Fd(syscall("fcntl", this.number, F_DUPFD_CLOEXEC, 0));
  }

  /** Closes it; a second time does nothing. */
  [Symbol.dispose](): void {
    if (this.#number === undefined) return;
    // The number is gone whatever close(2) answers, so nothing is to be done.
    trySyscall("close", this.#number);
    this.#number = undefined;
  }
}
