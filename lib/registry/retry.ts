/**
 * What is worth another attempt, and when.
 *
 * @module
 * @see RFC 9110, section 10.2.3, "Retry-After"
 */
import type { ErrorDetails } from "../base/errors.ts";
import { RegistryError } from "./registry_error.ts";

/** How patient to be, and the clock to be so by. */
export interface Patience {
  /** How often to try in all, without any progress in between. */
  readonly attempts: number;
  /** The first wait; each is twice as long as the one before. */
  readonly firstWaitMs: number;
  /** No wait is longer, whatever a registry asks for. */
  readonly longestWaitMs: number;
  /** How long an answer, or a piece of it, may take to come. */
  readonly silenceMs: number;
  /** Waits; throws if the signal ends it. */
  wait(ms: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

/** Ours, unless a test is in a hurry. */
export const PATIENCE: Patience = {
  attempts: 6,
  firstWaitMs: 300,
  longestWaitMs: 60_000,
  silenceMs: 60_000,
  wait: pause,
  random: Math.random,
};

/** What may pass: a registry that is busy, a connection that broke. */
export class PassingError extends RegistryError {
  /** @param retryAfterMs How long the registry asked to wait, if it did. */
  constructor(
    status: number,
    readonly retryAfterMs: number | undefined,
    message: string,
    details: ErrorDetails = {},
  ) {
    super(status, undefined, message, details);
  }
}

/** Whether an answer means that the same question may be answered later. */
export function isBusyStatus(status: number): boolean {
  return status === 429 || status === 408 || (status >= 500 && status !== 501);
}

/**
 * Reads the header `Retry-After`.
 *
 * @param nowMs To what a date is compared.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(parseRetryAfter("3", 0), 3000);
 * assert.equal(parseRetryAfter("Thu, 01 Jan 1970 00:00:05 GMT", 1000), 4000);
 * assert.equal(parseRetryAfter("soon", 0), undefined);
 * ```
 */
export function parseRetryAfter(
  header: string | null,
  nowMs: number,
): number | undefined {
  if (header === null) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/**
 * How long to wait before the next attempt: between half of the step and all
 * of it, so that many who failed together do not come back together.
 *
 * @param failures How many attempts have failed, at least one.
 */
export function waitMsAfter(
  error: unknown,
  failures: number,
  { firstWaitMs, longestWaitMs, random }: Patience,
): number {
  const step = firstWaitMs * 2 ** (failures - 1);
  const own = step / 2 + step / 2 * random();
  const asked = error instanceof PassingError ? error.retryAfterMs ?? 0 : 0;
  return Math.min(longestWaitMs, Math.max(own, asked));
}

/**
 * Tries until it works, it cannot work, or patience ends.
 *
 * @param attempt Given how to say that there was progress, which makes the
 * failures before it count no more.
 */
export async function persist<T>(
  patience: Patience,
  signal: AbortSignal,
  attempt: (onProgress: () => void) => Promise<T>,
): Promise<T> {
  for (let failures = 0;;) {
    try {
      return await attempt(() => void (failures = 0));
    } catch (error) {
      failures++;
      signal.throwIfAborted();
      const isPassing = error instanceof PassingError;
      if (!isPassing || failures >= patience.attempts) throw error;
      await patience.wait(waitMsAfter(error, failures, patience), signal);
    }
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const done = Promise.withResolvers<void>();
  const timer = setTimeout(done.resolve, ms);
  const stop = (): void => done.reject(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  try {
    signal.throwIfAborted();
    await done.promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
  }
}
