/**
 * A limit of how much is done at the same time.
 *
 * @module
 */

/** Places to be taken, in the order in which they are asked for. */
export class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  /** @param count How many may be taken at the same time. */
  constructor(count: number) {
    this.#free = count;
  }

  /** Waits for a place, and takes it until the scope ends. */
  async take(): Promise<Disposable> {
    if (this.#free > 0) this.#free--;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return this.#taken();
  }

  /** Takes a place if there is one. */
  tryTake(): Disposable | undefined {
    if (this.#free === 0) return undefined;
    this.#free--;
    return this.#taken();
  }

  #taken(): Disposable {
    let isTaken = true;
    return {
      [Symbol.dispose]: (): void => {
        if (!isTaken) return;
        isTaken = false;
        const next = this.#waiting.shift();
        if (next === undefined) this.#free++;
        else next();
      },
    };
  }
}
