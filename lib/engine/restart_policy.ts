/**
 * `--restart`: when a container that has ended is started again.
 *
 * @module
 */
import { UsageError } from "../base/errors.ts";
import type { RestartPolicy } from "../monitor/restart.ts";

const NAMES: ReadonlyMap<string, RestartPolicy["name"]> = new Map(
  (["no", "on-failure", "always", "unless-stopped"] as const)
    .map((name) => [name, name]),
);

/**
 * Reads a restart policy.
 *
 * @param text `no`, `on-failure[:N]`, `always` or `unless-stopped`; empty is `no`.
 * @throws {UsageError} In docker's words.
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.deepEqual(parseRestartPolicy("on-failure:3"), {
 *   name: "on-failure",
 *   maximumRetryCount: 3,
 * });
 * ```
 */
export function parseRestartPolicy(text: string): RestartPolicy {
  if (text === "") return { name: "no", maximumRetryCount: 0 };
  const colon = text.indexOf(":");
  const word = colon < 0 ? text : text.slice(0, colon);
  if (word === "") throw malformed("no policy provided before colon");
  const maximumRetryCount = colon < 0 ? 0 : retryCount(text.slice(colon + 1));
  const name = NAMES.get(word);
  if (name === undefined) {
    throw new UsageError(
      `invalid restart policy: unknown policy '${word}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`,
    );
  }
  if (name !== "on-failure" && maximumRetryCount !== 0) {
    throw new UsageError(
      "invalid restart policy: maximum retry count can only be used with 'on-failure'",
    );
  }
  return { name, maximumRetryCount };
}

/**
 * Writes a policy as {@linkcode parseRestartPolicy} reads it.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * assert.equal(
 *   formatRestartPolicy({ name: "on-failure", maximumRetryCount: 3 }),
 *   "on-failure:3",
 * );
 * ```
 */
export function formatRestartPolicy(
  { name, maximumRetryCount }: RestartPolicy,
): string {
  return maximumRetryCount === 0 ? name : `${name}:${maximumRetryCount}`;
}

function retryCount(text: string): number {
  if (!/^-?\d{1,9}$/.test(text)) {
    throw malformed("maximum retry count must be an integer");
  }
  const count = Number(text);
  if (count >= 0) return count;
  throw new UsageError(
    "invalid restart policy: maximum retry count cannot be negative",
  );
}

function malformed(why: string): UsageError {
  return new UsageError(`invalid restart policy format: ${why}`, {
    advice: "--restart on-failure:5",
  });
}
