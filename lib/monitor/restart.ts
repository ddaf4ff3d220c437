/**
 * Whether and when a container that has ended is started again. Pure.
 *
 * @module
 */

/** When a container that has ended is started again. */
export interface RestartPolicy {
  readonly name: "no" | "on-failure" | "always" | "unless-stopped";
  /** Only for `on-failure`; 0 is without end. */
  readonly maximumRetryCount: number;
}

/** A container that has just ended. */
export interface EndedContainer {
  /** The program's status, or 128 and the number of the signal. */
  readonly exitCode: number;
  /** How often its policy has started it again. */
  readonly restartCount: number;
  /** Whether a user wanted it to end. */
  readonly isStopRequested: boolean;
}

const FIRST_DELAY_MS = 100;
const LONGEST_DELAY_MS = 60_000;
/** What has run so long works: its next end is taken for the first. */
const STABLE_MS = 10_000;

/**
 * Whether a container is started again.
 *
 * `always` and `unless-stopped` differ only after a reboot: no policy starts
 * again what a user has stopped.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * const policy = { name: "on-failure", maximumRetryCount: 2 } as const;
 * const end = { exitCode: 1, restartCount: 1, isStopRequested: false };
 * assert.ok(shouldRestart(policy, end));
 * assert.ok(!shouldRestart(policy, { ...end, restartCount: 2 }));
 * ```
 */
export function shouldRestart(
  { name, maximumRetryCount }: RestartPolicy,
  { exitCode, restartCount, isStopRequested }: EndedContainer,
): boolean {
  if (isStopRequested) return false;
  switch (name) {
    case "no":
      return false;
    case "on-failure":
      return exitCode !== 0 &&
        (maximumRetryCount === 0 || restartCount < maximumRetryCount);
    case "always":
    case "unless-stopped":
      return true;
  }
}

/** What the wait before the next start depends on. */
export interface RestartHistory {
  /** How often it has been started again. */
  readonly restartCount: number;
  /** How long it ran the last time, in milliseconds. */
  readonly ranMs: number;
}

/**
 * How long to wait before a container is started again: twice as long each
 * time, so that one that cannot work does not keep the host busy.
 *
 * @returns Milliseconds, from 100 to a minute.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(backoffMs({ restartCount: 0, ranMs: 5 }), 100);
 * assert.equal(backoffMs({ restartCount: 3, ranMs: 5 }), 800);
 * assert.equal(backoffMs({ restartCount: 3, ranMs: 10_000 }), 100);
 * ```
 */
export function backoffMs({ restartCount, ranMs }: RestartHistory): number {
  if (ranMs >= STABLE_MS) return FIRST_DELAY_MS;
  return Math.min(FIRST_DELAY_MS * 2 ** restartCount, LONGEST_DELAY_MS);
}
