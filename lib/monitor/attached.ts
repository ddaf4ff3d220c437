/**
 * One who is attached to a container, as the monitor has it.
 *
 * @module
 */

/** A connection that frames go to, whole and one after the other. */
export class Attached {
  readonly #connection: Deno.UnixConn;
  readonly #gone = Promise.withResolvers<never>();
  #last: Promise<void> = Promise.resolve();
  #waitsSince: number | undefined;
  #isOpen = true;

  constructor(connection: Deno.UnixConn) {
    this.#connection = connection;
    // Usually nobody is waiting for it.
    this.#gone.promise.catch(() => undefined);
  }

  /**
   * Since when it has taken nothing of what it is being sent, as
   * `performance.now()` tells; `undefined` if nothing is.
   */
  get waitsSince(): number | undefined {
    return this.#waitsSince;
  }

  /**
   * Sends a frame, after those that are being sent.
   *
   * @throws {Error} If it has gone, or is dropped meanwhile.
   */
  send(frame: Uint8Array): Promise<void> {
    this.#last = this.#last.then(() => this.#write(frame));
    return this.#last;
  }

  /**
   * Reads what it sends; `null` at the end.
   *
   * @throws {Error} If it has gone, or is dropped meanwhile.
   */
  read(buffer: Uint8Array): Promise<number | null> {
    return this.#connection.read(buffer);
  }

  /** Lets go of it; a second time does nothing. */
  drop(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    // Closing alone would not end a write(2) that waits for it.
    this.#gone.reject(new Deno.errors.ConnectionAborted("Dropped"));
    this.#connection.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      for (let offset = 0; offset < bytes.length;) {
        this.#waitsSince = performance.now();
        offset += await Promise.race([
          this.#connection.write(bytes.subarray(offset)),
          this.#gone.promise,
        ]);
      }
    } finally {
      this.#waitsSince = undefined;
    }
  }
}
