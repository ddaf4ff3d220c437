/**
 * Times commands in turns, so that whatever else the machine does meets all of
 * them alike.
 *
 * @module
 */
import { type Command, type Contender, perform } from "./contender.ts";

/** What a contender needed, in milliseconds. */
export interface Times {
  readonly median: number;
  /** Nine in ten rounds took at least this long. */
  readonly tenth: number;
  /** Nine in ten rounds took at most this long. */
  readonly ninetieth: number;
}

/** Rounds that are not counted: they fill the caches. */
const WARM_UP = 3;

/** An engine clears up after its command has ended; the next must not pay for it. */
const REST_MS = 50;

/**
 * Runs every contender once a round, starting with another one each time, each
 * after a moment of rest.
 *
 * @returns The times by the contender's name.
 * @throws {Error} If a command fails.
 */
export async function race(
  contenders: readonly Contender[],
  rounds: number,
): Promise<ReadonlyMap<string, Times>> {
  const times = new Map(
    contenders.map(({ name }): [string, number[]] => [name, []]),
  );
  for (let round = -WARM_UP; round < rounds; round++) {
    for (let turn = 0; turn < contenders.length; turn++) {
      const index = (turn + round + WARM_UP) % contenders.length;
      const contender = contenders[index];
      if (contender === undefined) continue;
      const number = round + WARM_UP;
      await new Promise((resolve) => setTimeout(resolve, REST_MS));
      try {
        const ms = await time(contender.command(number));
        if (round >= 0) times.get(contender.name)?.push(ms);
      } finally {
        await contender.after?.(number);
      }
    }
  }
  return new Map([...times].map(([name, all]) => [name, summarize(all)]));
}

/** The time from the start of the first process to the end of the last. */
async function time(commands: Command | readonly Command[]): Promise<number> {
  const start = performance.now();
  for (const command of [commands].flat()) await perform(command);
  return performance.now() - start;
}

/**
 * Median and tenths of some times.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(summarize([5, 1, 3]), { median: 3, tenth: 1, ninetieth: 5 });
 * ```
 */
export function summarize(times: readonly number[]): Times {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ??
      NaN;
  return { median: at(0.5), tenth: at(0.1), ninetieth: at(0.9) };
}
