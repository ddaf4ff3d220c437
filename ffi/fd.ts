/**
 * A file descriptor with one owner, closed when its scope ends.
 *
 * @module
 */
import { closeDescriptor, syscall } from "./syscall.ts";

const F_DUPFD_CLOEXEC = 1030;
/** The plans of children name descriptors below this. */
const FIRST_CLEAR = 10;

/** An open file descriptor of this process. */
export class Fd implements Disposable {
  #number: number | undefined;
  /** Calls on other threads that have yet to return. */
  #holds = 0;
  /** The number, once it is closed for all but those. */
  #condemned: number | undefined;

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
    return new Fd(syscall("fcntl", this.number, F_DUPFD_CLOEXEC, 0));
  }

  /**
   * Gives it a number of 10 or more, clear of those a child is given, if it has
   * none yet; it is close-on-exec then.
   *
   * @throws {SyscallError} `EMFILE`; it keeps its number.
   */
  raise(): void {
    const low = this.number;
    if (low >= FIRST_CLEAR) return;
    this.#number = syscall("fcntl", low, F_DUPFD_CLOEXEC, FIRST_CLEAR);
    closeDescriptor(low);
  }

  /**
   * Keeps the number from being given to another file while a call on another
   * thread has it as an argument: it may not even have been made yet.
   *
   * The file itself the kernel keeps open for a call that is being made, anyway.
   */
  hold(): Disposable {
    if (this.#number === undefined) throw new TypeError("Descriptor is closed");
    this.#holds++;
    return {
      [Symbol.dispose]: () => {
        this.#holds--;
        if (this.#holds === 0 && this.#condemned !== undefined) {
          closeDescriptor(this.#condemned);
          this.#condemned = undefined;
        }
      },
    };
  }

  /** Closes it, once nobody holds it any more; a second time does nothing. */
  [Symbol.dispose](): void {
    if (this.#number === undefined) return;
    if (this.#holds > 0) this.#condemned = this.#number;
    else closeDescriptor(this.#number);
    this.#number = undefined;
  }
}
